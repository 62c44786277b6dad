from __future__ import annotations

import asyncio

import pytest

from cli.run import EXIT_OK, EXIT_SETTINGS
from tests.process.conftest import ASTRONAUT, TOKEN, Product


async def test_a_photo_becomes_a_sticker_in_the_senders_pack(product: Product) -> None:
    await product.started()
    ada = product.emulator.person(7, "Ada")
    await ada.start()
    await ada.send_photo(ASTRONAUT, caption="🚀")
    sticker = await ada.wait_for_sticker()
    assert sticker.set_name == ada.packs[0]["name"]
    assert max(sticker.picture().size) == 512
    code, seconds = await product.end()
    assert code == EXIT_OK
    assert seconds < 10
    assert TOKEN not in product.log.read_text()


async def test_sigterm_in_the_middle_of_a_queue_loses_nothing(product: Product) -> None:
    await product.started()
    ada = product.emulator.person(7, "Ada")
    for _ in range(6):
        await ada.send_photo(ASTRONAUT)
    await ada.wait_for_sticker()
    code, seconds = await product.end()
    assert (code, seconds < 10) == (EXIT_OK, True)
    await product.started()
    await ada.wait_until(lambda: len(ada.packs) == 1 and len(ada.packs[0]["stickers"]) == 6, timeout_s=40)


@pytest.mark.parametrize(
    ("name", "value"), [("TELEGRAM_BOT_TOKEN", ""), ("TELEGRAM_BOT_TOKEN", "nonsense"), ("PORT", "x")]
)
async def test_a_wrong_setting_is_reported_with_exit_code_2(product: Product, name: str, value: str) -> None:
    product.environment[name] = value
    await product.start()
    assert product.process is not None
    assert await asyncio.wait_for(product.process.wait(), 20) == EXIT_SETTINGS
    assert name in product.log.read_text()
    assert "Traceback" not in product.log.read_text()


async def test_a_token_telegram_does_not_know_ends_with_exit_code_2(product: Product) -> None:
    product.environment["TELEGRAM_BOT_TOKEN"] = "999:unknown-token"
    await product.start()
    assert product.process is not None
    assert await asyncio.wait_for(product.process.wait(), 20) == EXIT_SETTINGS
    report = product.log.read_text()
    assert "BotFather" in report
    assert "unknown-token" not in report and "Traceback" not in report


async def test_a_telegram_that_is_down_at_the_start_is_waited_for(product: Product) -> None:
    port = int(product.emulator.url.rsplit(":", 1)[1])
    await product.emulator.stop()
    await product.start()
    await product.until(lambda: "Telegram" in product.log.read_text(), 20)
    await product.emulator.start(port=port)
    await product.until(lambda: product.emulator.calls.of("getUpdates"), 30)
    code, _ = await product.end()
    assert code == EXIT_OK


async def test_a_port_that_is_taken_is_told_in_one_line(product: Product) -> None:
    product.environment["PORT"] = product.emulator.url.rsplit(":", 1)[1]
    await product.start()
    assert product.process is not None
    assert await asyncio.wait_for(product.process.wait(), 20) == 1
    assert "cannot listen" in product.log.read_text()
    assert "Traceback" not in product.log.read_text()
