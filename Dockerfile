# docker build -t stickerface .                            the portrait engine, which needs no GPU
# docker build -t stickerface --build-arg EXTRAS=matte .   an extra of pyproject.toml, or several: matte,cluster
# compose.yaml runs it, with or without a GPU; docs/install.md tells how.

FROM debian:bookworm-slim AS base
# Fonts for what people write on stickers beside Latin, Cyrillic and Greek: emoji, Chinese, Arabic, Hebrew.
ARG DEBIAN_PACKAGES=""
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 ca-certificates libfribidi0 \
        fonts-noto-color-emoji fonts-wqy-microhei fonts-dejavu-core ${DEBIAN_PACKAGES} \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/*

FROM base AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /opt/stickerface
ENV PATH=/opt/stickerface/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# The dependencies, beside an empty package: a layer that stays while only our own code changes.
WORKDIR /dependencies
COPY pyproject.toml constraints.txt ./
ARG EXTRAS=""
RUN touch README.md LICENSE stickerface.py \
    && pip install -c constraints.txt setuptools \
    && pip install -c constraints.txt --no-build-isolation ".${EXTRAS:+[$EXTRAS]}"
# Another folder: setuptools takes what it built before for newer than what is copied now.
WORKDIR /src
COPY . .
RUN pip install --no-deps --no-build-isolation --force-reinstall . && pip uninstall -y setuptools pip
# 60 MB that nothing reads: numpy's own tests, OpenCV's old face finders, number formats of languages we do not speak,
# types for editors. Then a drawing: an image that cannot do that is none.
# hadolint ignore=DL3003
RUN cd /opt/stickerface/lib/python3*/site-packages \
    && find numpy -type d -name tests -prune -exec rm -r {} + \
    && rm -r cv2/data/*.xml pygments/lexers/__pycache__ \
    && find . -name '*.pyi' -delete \
    && for file in babel/locale-data/*.dat; do \
        name="$(basename "$file" .dat)"; \
        [ "$name" = root ] || [ -e "bot/words/locales/${name%%_*}.ftl" ] || rm "$file"; \
    done \
    && stickerface make cli/demo/astronaut.jpg -o /tmp/drawn

FROM base
COPY --from=build /opt/stickerface /opt/stickerface
COPY deploy/healthcheck.py /opt/stickerface/
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin stickerface \
    && install -d -m 700 -o stickerface -g stickerface /data
ENV PATH=/opt/stickerface/bin:$PATH DATA_DIR=/data HOST=0.0.0.0 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /data
VOLUME /data
EXPOSE 8000
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-I", "/opt/stickerface/healthcheck.py"]
ENTRYPOINT ["stickerface"]
CMD ["run"]
