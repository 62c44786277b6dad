// What a message carries besides words: photo, sticker, document, animation, video, voice. Sizes are known before the
// bytes arrive, so nothing moves when they do.
import { fileUrl } from "./api.js";
import { el, fileSize, icon } from "./dom.js";

const LARGEST_SIDE_PX = 380;
const SMALLEST_SIDE_PX = 120;

/** The kind of media in `message`, or null. An animation also carries `document`, so the order matters. */
export function mediaKind(message) {
  return ["sticker", "animation", "photo", "video", "video_note", "voice", "audio", "document"].find((kind) => message[kind]) ?? null;
}

/** What stays equal while the same bytes are shown: a file_id may change with every reading, file_unique_id does not. */
export function mediaKey(message) {
  const kind = mediaKind(message);
  if (kind === null) return "";
  const media = kind === "photo" ? largest(message.photo) : message[kind];
  return `${kind}:${media.file_unique_id}`;
}

export const largest = (sizes) => sizes.reduce((best, size) => (size.width > best.width ? size : best));

function shownSize({ width, height }) {
  const scale = Math.min(1, LARGEST_SIDE_PX / Math.max(width, height));
  const grown = Math.max(1, SMALLEST_SIDE_PX / Math.max(width * scale, height * scale));
  return { width: Math.round(width * scale * grown), height: Math.round(height * scale * grown) };
}

/** The CSS width of the picture or video in `message`, "" where it has none. */
export function mediaWidth(message) {
  const media = message.photo ? largest(message.photo) : (message.animation ?? message.video);
  return media?.width ? `${Math.max(shownSize(media).width, 160)}px` : "";
}

/** A lazily loaded picture; it fades in, and the box has its final size from the start. */
export function picture(media, { alt, className, size = shownSize(media) }) {
  const props = { class: `picture ${className}`, src: fileUrl(media.file_id), alt, loading: "lazy", decoding: "async" };
  return el("img", { ...props, width: size.width, height: size.height, draggable: "false" });
}

function photo(message, actions) {
  const media = largest(message.photo);
  const open = () => actions.onPhoto(media, message);
  const label = message.caption ? `Photo: ${message.caption}. Open` : "Open photo";
  const image = picture(media, { alt: "Photo", className: "photo" });
  return el("button", { type: "button", class: "media-button", aria: { label }, on: { click: open } }, image);
}

/** A static sticker as a picture, a video sticker as a looping video; animated (tgs) ones as their thumbnail. */
export function stickerPicture(sticker, { size }) {
  const name = sticker.emoji ? `Sticker ${sticker.emoji}` : "Sticker";
  // A sticker's longer side is 512 px, the other may be less: the box has the true shape before the bytes are here.
  const scale = size / Math.max(sticker.width, sticker.height);
  const box = { width: Math.round(sticker.width * scale), height: Math.round(sticker.height * scale) };
  if (sticker.is_video) {
    const props = { class: "picture sticker", src: fileUrl(sticker.file_id), autoplay: true, loop: true, muted: true };
    return el("video", { ...props, playsinline: true, ...box, aria: { label: name } });
  }
  const source = sticker.is_animated && sticker.thumbnail ? sticker.thumbnail : sticker;
  return picture(source, { alt: name, className: "sticker", size: box });
}

function sticker(message, actions) {
  const open = () => actions.onSticker(message.sticker);
  const label = `Sticker ${message.sticker.emoji ?? ""}. Open large`;
  const image = stickerPicture(message.sticker, { size: 208 });
  return el("button", { type: "button", class: "media-button", aria: { label }, on: { click: open } }, image);
}

function documentRow({ document: file }) {
  const preview = file.thumbnail
    ? el("img", { class: "file-preview", src: fileUrl(file.thumbnail.file_id), alt: "", loading: "lazy", width: 48, height: 48 })
    : el("span", { class: "file-preview" }, icon("file"));
  const kind = file.mime_type?.split("/").pop().toUpperCase();
  const facts = [fileSize(file.file_size), kind].filter(Boolean).join(" · ");
  const name = file.file_name ?? "File";
  const words = el("span", { class: "file-words" }, el("span", { class: "file-name" }, name), el("span", { class: "file-facts" }, facts));
  const href = fileUrl(file.file_id, { download: true });
  return el("a", { class: "file", href, download: name, aria: { label: `Download ${name}, ${facts}` } }, preview, words);
}

function animation({ animation: media }) {
  const size = shownSize({ width: media.width ?? 320, height: media.height ?? 320 });
  if (media.mime_type === "image/gif") return picture(media, { alt: "Animation", className: "photo", size });
  return el("video", { class: "picture photo", src: fileUrl(media.file_id), autoplay: true, loop: true, muted: true, ...size });
}

function video(media) {
  const size = shownSize({ width: media.width ?? 320, height: media.height ?? 240 });
  return el("video", { class: "picture photo", src: fileUrl(media.file_id), controls: true, preload: "metadata", ...size });
}

function sound(media) {
  return el("audio", { class: "sound", src: fileUrl(media.file_id), controls: true, preload: "none" });
}

/** The element for a message's media, or null. `actions`: `onPhoto(photoSize, message)`, `onSticker(sticker)`. */
export function renderMedia(message, actions) {
  switch (mediaKind(message)) {
    case "photo": return photo(message, actions);
    case "sticker": return sticker(message, actions);
    case "document": return documentRow(message);
    case "animation": return animation(message);
    case "video": return video(message.video);
    case "video_note": return video(message.video_note);
    case "voice": return sound(message.voice);
    case "audio": return sound(message.audio);
    default: return null;
  }
}

/** The words of a message, hidden ones covered. */
function openWords(message) {
  const entities = message.entities ?? message.caption_entities ?? [];
  const cover = (words, { offset, length }) => words.slice(0, offset) + "▒".repeat(length) + words.slice(offset + length);
  return entities.filter(({ type }) => type === "spoiler").reduce(cover, message.text ?? message.caption ?? "");
}

/** A few words for a quote or a notification: "Photo", "Sticker 😀", or the text itself. */
export function summary(message) {
  const words = openWords(message);
  if (words) return words.length > 120 ? `${words.slice(0, 120)}…` : words;
  const kind = mediaKind(message);
  if (kind === "sticker") return `Sticker ${message.sticker.emoji ?? ""}`.trim();
  if (kind === "document") return message.document.file_name ?? "File";
  return kind ? kind[0].toUpperCase() + kind.slice(1).replace("_", " ") : "Message";
}

/** A small picture for a quote of `message`, or null where it has none. */
export function quotePicture(message) {
  const kind = mediaKind(message);
  const source = kind === "photo" ? message.photo[0] : kind === "sticker" ? (message.sticker.thumbnail ?? message.sticker) : null;
  return source && el("img", { class: "quote-picture", src: fileUrl(source.file_id), alt: "", width: 36, height: 36, loading: "lazy" });
}
