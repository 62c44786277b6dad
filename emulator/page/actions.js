// "choosing a sticker…" under the bot's name, for as long as Telegram shows it.

const WORDS = {
  typing: "typing",
  choose_sticker: "choosing a sticker",
  upload_photo: "sending a photo",
  upload_document: "sending a file",
  upload_video: "sending a video",
  record_video: "recording a video",
  record_voice: "recording a voice message",
  upload_voice: "sending a voice message",
};

/** Shows chat actions in `element`; `resting()` is what stands there otherwise. */
export function actionWords(element, resting) {
  let timer = 0;
  const clear = () => {
    clearTimeout(timer);
    element.textContent = resting();
    element.classList.remove("is-active");
  };
  const show = (action, seconds) => {
    clearTimeout(timer);
    element.textContent = WORDS[action] ?? "busy";
    element.classList.add("is-active");
    timer = setTimeout(clear, seconds * 1000);
  };
  return { show, clear };
}
