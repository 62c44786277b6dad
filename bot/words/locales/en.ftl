# Every sentence a person reads. Someone in a chat who wants a sticker now: warm, short, concrete.

# --- hello ---
start =
    { $name ->
        [none] Hi.
       *[other] Hi { $name }.
    } Send me a selfie: it becomes a sticker like these.
help =
    Send a photo with a face in it. One sticker comes back.

    Caption: words for the style, like “watercolour”. #comic picks a style just this once. An emoji at the start becomes the sticker's emoji.
    Words in quotes, like “LOL”, are written on the sticker. “✏️ Edit” under it changes text, outline, shape and emoji.
    Words sent afterwards, or as a reply to a sticker, are about that photo: “neon” draws it once more.
    Sent as a file, a photo keeps its full quality.
help-reactions = “😂 All reactions” under a sticker draws your face in sixteen moods, each under its own emoji.
help-parameters = For one photo alone, its caption also takes shape=badge, outline=white or seed=42. /settings keeps such choices for all.
help-commands =
    /style – choose your style
    /seed – keep one variation, or a new one each time
    /pack – your stickers
    /export – your stickers for WhatsApp or Signal
    /queue – what I'm working on
    /cancel – stop that
    /settings – all of it in one place, and more
    /language – change the language
    /privacy – what I keep, and for how long
    /forget – delete all of it
start-in-group = Reply to a photo with /sticker and I'll make a sticker of it. Your own pack is with me in a private chat.
button-open-chat = Open the chat

# --- first minute ---
button-profile-photo = 🤳 Use my profile photo
button-done = Done
press-no-profile-photo = I see no profile photo: there is none, or your privacy settings hide it. Send me a selfie.
press-done = Tap the sticker to add the pack. Every photo you send makes another one.

# --- photos ---
progress-fetching = Got it. Fetching your photo …
progress-fetching-album = Got it. Fetching your photos …
progress-telegram-slow = Got it. Telegram is slow right now; I keep trying to fetch your photo.
progress-queued =
    { $ahead ->
        [0] You're next.
        [one] In the queue, { $ahead } sticker ahead of you.
       *[other] In the queue, { $ahead } stickers ahead of you.
    }
progress-warming-up = Got it. I'm still warming up; your sticker comes right after.
progress-started = Starting your sticker …
progress-load = Switching to another model; that takes a moment …
progress-face = Looking for your face …
progress-cutout = Cutting you out …
progress-draw = Drawing you …
progress-finish = Adding the outline …
progress-pack = Putting it into your pack …
progress-drawing-all = Drawing { $done } of { $total } …
progress-pack-all = Putting them into your pack …
progress-adding = Adding to your pack: { $done } of { $total } …
progress-adding-slowly = Adding to your pack: { $done } of { $total } … Telegram takes only a few a minute, about { $minutes } min to go.
progress-wait-all = They're drawn. Telegram asks me to wait { $minutes } min, then I'll add the rest to your pack.
progress-wait =
    { $seconds ->
        [one] It's drawn. Telegram asks me to wait { $seconds } second, then I'll add it to your pack.
       *[other] It's drawn. Telegram asks me to wait { $seconds } seconds, then I'll add it to your pack.
    }
progress-pack-slow = It's drawn. Telegram isn't answering right now; I keep trying to add it to your pack.
progress-send-slow = It's drawn. Telegram isn't answering right now; I keep trying to send it.
note-flagged = I won't send what came out: the safety check flagged it. Try another photo or other words.
cancelled = Stopped. Nothing was made.

note-several-faces = I saw several faces and took the largest one.
note-choose-face = I saw several faces and took the largest one. Press a number for another.
note-photos-used = Used { $used } of { $total } photos.
note-best-photo = I took the best of your { $total } photos.
note-badge-fallback = Your outline wasn't clear enough to cut out, so this is a badge.
note-no-face = There's no face here, so I cut out what stands out most.
note-no-face-badge = There's no face here, so I used the whole picture.
note-prompt-as-style = I picked the style from your words. /style shows all of them.
note-prompt-ignored = I can change the style, but I can't draw what your words describe. /style shows the styles I know.
note-prompt-unused = I couldn't use your words this time; the style is the same.
news-first-pack = This is your own pack; whoever has its link can see it.
news-new-pack = Your old pack was deleted, so I started a new one.
news-next-pack = Your pack was full, so I started the next one.
pack-loose = Your sticker is ready, but it isn't in your pack yet. Tap “Try adding again” in a moment.
news-first-pack-of-all = It's your own pack. Open it to add it to your keyboard.
stickers-added =
    { $total ->
        [one] It's in your pack.
       *[other] All { $total } are in your pack.
    }
reactions-added = All { $total } are in your pack, each under its own emoji.
reactions-partly-added = { $done } of { $total } are in your pack. Telegram didn't accept the others.
reactions-stopped =
    { $done ->
        [0] Stopped. Nothing was added to your pack.
       *[other] Stopped. { $done } of { $total } are in your pack.
    }

# --- what I cannot use ---
send-a-selfie = Send me a selfie first: one face, looking at the camera. Words go under the photo.
send-a-photo = I can't make a sticker from this. Send me a photo instead.
is-animation = It moves. Send me a still photo and I'll make a sticker from it.
is-sticker = That's a sticker already. Send me a photo with a face and I'll make you a new one.
is-document = I can't make a sticker from this file. Send a photo: JPEG, PNG, WebP or HEIC.
unknown-command = I don't know that one. /help lists what I can do.
words-style = { $style } it is, for this photo.
words-emoji = Its emoji is { $emoji } now.
words-emoji-refused = Telegram takes no { $emoji } for stickers. Another emoji works.
words-thanks = You're welcome. Send me another photo whenever you like.
words-greeting = Hi. Send me a photo, and there's another sticker.
words-unused = I can't use these words. Name a style, like “comic”, or send another photo. /style shows the styles.

# --- editing a sticker ---
button-edit = ✏️ Edit
button-text = 💬 Text
button-no-text = ✖️ No text
button-outline = 🖍 Outline
button-outline-auto = ✨ Style's own
button-outline-none = 🚫 None
button-outline-thin = Thin
button-outline-normal = Normal
button-outline-thick = Thick
button-emoji = 😀 Emoji
button-keywords = 🏷 Keywords
button-no-keywords = ✖️ No keywords
button-png = 🖼 PNG file
button-restore = ↩️ Bring this one back
press-restored = The one before is back in its place.
press-same = It's like that already.
press-emoji = Tap all that fit, or reply to the sticker with your own.
press-last-emoji = A sticker needs at least one emoji.
note-replaced = It took the old one's place in your pack. Undo brings that one back.
text-ask = What should it say? Reply with up to { $most } characters.
text-coming = Your sticker will say so.
text-too-long = That's too long to read on a sticker. Up to { $most } characters fit.
text-unwritable = I have no letters for { $letters } here. Latin, Cyrillic and Greek always work.
keywords-ask = Which words should find it? Reply with up to { $most }, separated by commas.
keywords-set = Found by: { $words }
keywords-none = There was no word in that. Reply with words, separated by commas.
keywords-too-many = Telegram takes { $most } keywords with { $chars } characters in all. Try fewer.
keywords-removed = It has no keywords any more.

# --- errors, by code ---
error-no-face = I can't find a face here. Try a photo where you look at the camera, in good light.
error-photo-empty = That file is empty. Send the photo once more.
error-photo-too-big = That file is over 20 MB. Send it as a normal photo, then it's small enough.
error-photo-too-many-pixels = That picture has too many pixels for me. Send it as a normal photo.
error-photo-too-small = That picture is too small to see a face. Send a larger one.
error-photo-truncated = That file is damaged or incomplete. Send the photo once more.
error-photo-animated = It moves. Send me a still photo and I'll make a sticker from it.
error-not-a-photo = I can't make a sticker from this file: it isn't a photo I can read. JPEG, PNG, WebP and HEIC work.
error-photo-gone = I've already deleted that photo. Send it once more and we go on.
error-file-gone = I've already deleted that one. Send the photo once more.
error-download-failed = I couldn't fetch your photo from Telegram. Send it once more.
error-too-many-jobs =
    { $limit ->
        [one] I draw { $limit } sticker at a time for you. I didn't take the other photos: send them again when it's done.
       *[other] I draw { $limit } stickers at a time for you. I didn't take the other photos: send them again when these are done.
    }
error-daily-limit =
    { $limit ->
        [one] That was your sticker for today.
       *[other] Those were your { $limit } stickers for today.
    } { $hours ->
        [0] The next one can come in { $minutes } min.
       *[other] The next one can come in { $hours } h.
    }
error-queue-full = Too many people want stickers right now. Try again in a few minutes.
error-no-such-job = I don't have that sticker any more. Send the photo once more.
error-bad-seed = A seed is a whole number from 0 to 4294967295, for example /seed 42. /seed random makes every sticker different.
error-unknown-style = I don't know that style. Here are the ones I have:
error-style-gone = That style is gone. /style shows the ones I have.
error-parameter-refused = I can't use that setting here.
error-text-unwritable = I can't write these letters on a sticker here. Latin, Cyrillic and Greek always work.
error-unsupported-model = I can't draw that kind of sticker here.
error-engine-down = I can't draw at the moment. Try again later.
error-storage = I can't save anything at the moment. Try again in a few minutes.
not-stored-yet = I can't save anything at the moment. What you sent isn't lost: I'll get to it as soon as I can.
error-busy = I'm a little overloaded. Try again in a minute.
error-broken = Something broke on my side, reference { $reference }. It's logged. You can send the photo again.
error-pack-failed = Telegram didn't accept the sticker into your pack. Try again in a moment.
error-user-unreachable = I can't reach your pack yet. Send /start and try again.
error-wait =
    { $seconds ->
        [one] Telegram asks me to wait { $seconds } second. Try again then.
       *[other] Telegram asks me to wait { $seconds } seconds. Try again then.
    }

# --- styles ---
style-choose = Your style is { $style }. Which one do you want?
style-chosen = { $style } it is. Send me a photo.
style-for-photo = Which style for this photo?
model-current = Drawn by { $model }; the last buttons change that.
model-chosen = { $model } it is. Send me a photo, or several in one go.
model-face-to-sticker = 🎭 Sticker
model-ip-adapter-face-id = 🪪 Face ID
model-photomaker = 📚 PhotoMaker
style-toon = Toon
style-cel = Cel
style-comic = Comic
style-caricature = Caricature
style-popart = Pop Art
style-poster = Poster
style-watercolour = Watercolour
style-pencil = Pencil
style-ink = Ink
style-neon = Neon
style-pixel = Pixel
style-photo = Photo

# --- groups ---
group-how = Reply to a photo with /sticker and I'll make a sticker of it.
group-anonymous = A sticker needs an owner: write as yourself, not as a group or channel.
group-off = All right, I'm silent here. /sticker on brings me back.
group-on = I'm back. Reply to a photo with /sticker.
group-only-admins = Only admins can do that.
group-slow = That's a lot of stickers at once. Try again in a minute.
group-no-stickers = I may not send stickers here. An admin can allow it.
guest-how = Reply to a photo and mention me, and I'll make a sticker of it.
guest-fetch = Your sticker is ready.
button-fetch = ⬇️ Get the sticker
button-agree = 👍 My photo, fine for the pack
button-remove = 🗑 Remove
press-agreed = Thanks. It may go into the pack now.
press-not-author = Only the person who sent the photo can say that.
press-not-remove = Only who asked for it, who sent the photo, and admins can remove it.
press-removed = Removed.
start-not-yours = That sticker belongs to somebody else. Send me a photo and you'll have your own.
privacy-groups = In groups, somebody else's photo only gives a sticker in that chat, then I delete the photo. It goes into a pack only if they agree, and they can remove it.
command-sticker = Make a sticker of the photo you reply to

# --- seed ---
seed-is-fixed = Your seed is { $seed }: the same photo gives the same sticker.
seed-is-random = Every sticker comes out a little different.
seed-how = /seed 42 keeps one variation.
seed-last = Your last sticker has the seed { $seed }.
button-keep-variation = 📌 Keep this variation
button-keep-last = 📌 Keep that one
button-seed-random = 🎲 A new one each time
press-kept = Kept. All your stickers come out this way now; /seed changes that.
press-seed-random = Every sticker comes out a little different again.

# --- every style of one photo ---
progress-styles = Trying every style on you …
styles-add = Tap one to get it as a new sticker.
styles-swap = Tap one to put it in your sticker's place.
button-styles-swap = 🔄 Replace the sticker instead
button-styles-add = ➕ As a new sticker instead
press-is-in-pack = It's in your pack already.

# --- settings ---
settings = Your settings, for every sticker to come. Tap one to change it.
setting-saved = Saved.
setting-style = Style
setting-style-about = The style of your stickers. A word under a photo wins over it, just for that photo.
setting-shape = Shape
setting-shape-about = How you stand on a sticker. Automatic: cut out, and a badge where that doesn't work.
setting-shape-auto = Automatic
setting-outline = Outline
setting-outline-about = The border around you. By style: each style has its own.
setting-outline-auto = by style
setting-outline-white = ⚪ white
setting-outline-black = ⚫ black
setting-outline-none = none
setting-model = Model
setting-model-about = What draws your stickers.
setting-speed = Drawing
setting-speed-about = Quick takes fewer steps, fine takes more and longer.
setting-speed-normal = normal
setting-speed-quick = quick
setting-speed-fine = fine
setting-likeness = Likeness
setting-likeness-about = How much of your own face stays. More likeness leaves the style less room.
setting-likeness-normal = normal
setting-likeness-less = less
setting-likeness-more = more
setting-strength = Strength of style
setting-strength-about = How strictly I follow the style and your words.
setting-strength-normal = normal
setting-strength-soft = soft
setting-strength-strong = strong
setting-pack = Into the pack
setting-pack-about = By itself: every sticker goes straight into your pack. When I ask: it comes with a button that adds it. All reactions go into the pack either way.
setting-pack-on = by itself
setting-pack-off = when I ask
setting-photo = My photo
setting-photo-about = How long I keep your photo. Another, Styles and all that draws it again works only that long. Not at all: it's deleted once the sticker is there.
setting-photo-usual = { $hours } h
setting-photo-hour = 1 h
setting-photo-none = not at all
setting-language = Language
setting-language-about = Which language?
setting-news = News
setting-news-about = Now and then the people who run this bot write to everybody. Off: not to you.
setting-news-on = on
setting-news-off = off
news-on = You get news again.
news-off = No more news. /settings brings it back.
button-news-off = 🔕 No more of these
button-news-on = 🔔 News again

# --- key=value in a caption ---
parameter-unknown = There's no “{ $name }”. I know { $nearest }.
parameter-useless = “{ $name }” changes nothing here. I know { $nearest }.
parameter-range = { $name } goes from { $least } to { $most }, not { $value }.
parameter-whole = { $name } is a whole number from { $least } to { $most }, not { $value }.
parameter-choice = { $name } is one of { $choices }, not { $value }.
parameter-kept = I still have your photo: just write it corrected.
button-without = ✨ Draw it without

# --- operators ---
operators-paused = Paused. Photos are taken and wait until /resume.
operators-is-paused = Paused. /resume goes on.
operators-resumed = Going on.
operators-not-paused = I'm not paused.
operators-chart = The last { $days } days, UTC: 🟦 ended, 🟥 of these failed, 🟩 people, 🟨 median seconds from photo to sticker.
operators-no-ban = An operator can't be banned.
operators-banned =
    { $count ->
        [one] { $person } is banned. { $count } sticker is cancelled.
       *[other] { $person } is banned. { $count } stickers are cancelled.
    }
operators-unbanned = { $person } may come back.
operators-not-banned = { $person } isn't banned.
operators-whom = Write the Telegram number, as in /ban 1234, or the reference of one of their stickers, as in /ban job 3f9a1c.
operators-no-job = No sticker has that reference. It's the beginning of its number, as a message or the log has it.
banned = You can't use this bot any more.
progress-paused = Got it. I'm taking a break; your sticker comes when I'm back.
press-paused = I'm taking a break; it comes when I'm back.
queue-paused = I'm taking a break. All of it comes when I'm back.
broadcast-empty = Write what everybody should read, as in /broadcast Hello.
broadcast-ask =
    { $count ->
        [one] That's how it looks. Send it to { $count } person?
       *[other] That's how it looks. Send it to { $count } people?
    }
broadcast-sending = On its way. I'll report at the end.
broadcast-dropped = Nobody gets it.
button-broadcast-send = 📣 Send it
button-broadcast-drop = ✖️ To nobody
broadcast-sent =
    { $count ->
        [one] { $count } person has it.
       *[other] { $count } people have it.
    }
broadcast-blocked =
    { $count ->
        [one] { $count } has blocked the bot.
       *[other] { $count } have blocked the bot.
    }
broadcast-failed =
    { $count ->
        [one] { $count } can't be reached.
       *[other] { $count } can't be reached.
    }
broadcast-begun =
    { $count ->
        [one] With { $count } I don't know: the connection broke off. I didn't send it twice.
       *[other] With { $count } I don't know: the connection broke off. I didn't send it twice.
    }
alarm-queue = ⚠️ The oldest sticker has waited for { $minutes } min.
alarm-queue-over = ✅ The queue is short again.
alarm-disk = ⚠️ The disk is nearly full: { $megabytes } MB are left.
alarm-disk-over = ✅ The disk has room again: { $megabytes } MB.
alarm-engine = ⚠️ The engine broke down and was started again. It's loading.
alarm-engine-over = ✅ The engine draws again.
alarm-telegram-over = ⚠️ Telegram couldn't be reached for { $minutes } min. ✅ It's back.

# --- packs, queue ---
pack-none = You have no stickers yet. Send me a selfie and you'll have one.
pack-list =
    { $count ->
        [one] You have { $count } pack:
       *[other] You have { $count } packs:
    }
pack-line =
    { $stickers ->
        [one] { $title } – { $stickers } sticker
       *[other] { $title } – { $stickers } stickers
    }
queue-none = I'm not working on anything for you. Send me a photo.
queue-running = Being drawn right now.
queue-waiting =
    { $ahead ->
        [0] Next in the queue.
        [one] In the queue, { $ahead } ahead of it.
       *[other] In the queue, { $ahead } ahead of it.
    }
queue-fetching = Being fetched.
queue-drawn =
    { $count ->
        [one] { $count } is drawn and waits for Telegram.
       *[other] { $count } are drawn and wait for Telegram.
    }
queue-adding = Being added to your pack.
cancel-none = There's nothing to stop.
cancel-done =
    { $count ->
        [one] Stopped { $count } sticker.
       *[other] Stopped { $count } stickers.
    }
cancel-drawn = 
    { $count ->
        [one] { $count } is drawn already and still comes.
       *[other] { $count } are drawn already and still come.
    }

# --- my packs ---
pack-takes-next = Your next sticker goes here.
pack-chosen = “{ $title }” takes your next sticker.
pack-ask-new = What's the new pack called?
pack-ask-title = What shall “{ $title }” be called?
pack-title-refused = A title has 1 to 64 letters. Send another one.
pack-planned = “{ $title }” begins with your next sticker.
pack-renamed = It's called “{ $title }” now.
pack-delete-ask = Delete “{ $title }” with all its stickers? It can't be brought back.
pack-deleted = The pack is deleted.
pack-already-deleted = That pack is gone.
news-planned-pack = It's the first sticker of your new pack.
sticker-not-there = That sticker isn't in your pack any more.
sticker-ask-emoji = Now it's { $emoji }. Which emoji shall it be? Several work too.
sticker-no-emoji = Send me one emoji, or several.
sticker-is-icon = It's your pack's icon now.
sticker-place = Place { $place } of { $total }.
sticker-about = It's yours: { $emoji }
sticker-about-words = It's yours: { $emoji } – found by { $words }
is-foreign-sticker = That sticker isn't from a pack I made for you, so I can't change it.
button-show-pack = 👀 Show them
button-share-pack = 📤 Share
button-send-sticker = 💬 Send one
button-rename = ✏️ Rename
button-delete-pack = 🗑 Delete pack
button-delete-really = 🗑 Yes, delete it
button-next-here = ⭐ Next sticker goes here
button-new-pack = ➕ New pack
button-all-packs = ‹ All packs
button-first = ⏮
button-before = ◀️
button-after = ▶️
button-last = ⏭
button-own-emoji = 😀 Emoji
button-own-keywords = 🏷 Keywords
button-icon = 🖼 Pack icon
button-take-out = 🗑 Take out
button-take-out-really = 🗑 Yes, take it out

# --- inline ---
button-inline-first = ✨ Make your first sticker
button-inline-none = No sticker like that. Make one
button-inline-new = ✨ Make a new one

# --- export ---
export-which = Which pack?
export-where = Where shall “{ $title }” go?
export-packing = Packing { $done } of { $total } …
export-already = I'm already packing it.
export-few = WhatsApp takes packs of 3 stickers or more; this one has { $count }.
export-empty = There's no sticker in it.
export-failed = Telegram doesn't give me the stickers right now. Try again in a moment.
export-done-whatsapp = For WhatsApp: { $count } of { $total } stickers.
export-done-signal = For Signal: { $count } of { $total } stickers. Signal on a computer makes a pack of them.
button-export = ⬇️ WhatsApp, Signal
button-whatsapp = 🟢 WhatsApp
button-signal = 🔵 Signal
command-export = Your stickers for WhatsApp or Signal

# --- emoji mosaic ---
mosaic-done = Your face in { $count } emoji. With Telegram Premium you can write it anywhere.
mosaic-deleted = The emoji are deleted.
button-mosaic = 🧩 As emoji
button-open-emoji = 🧩 Open emoji
button-delete-emoji = 🗑 Delete

# --- privacy ---
privacy =
    { $hours ->
        [0] Your photo I don't keep, as you chose: it's deleted once the sticker is there.
        [one] I keep your photo for { $hours } hour, so that you can ask for another version. Then it's deleted by itself.
       *[other] I keep your photo for { $hours } hours, so that you can ask for another version. Then it's deleted by itself.
    }
    Where it was taken and other hidden details are dropped at once.
    { $days ->
        [one] The finished sticker and your words under the photo stay with me for { $days } day, your chosen style and your Telegram ID until you tell me to forget.
       *[other] The finished sticker and your words under the photo stay with me for { $days } days, your chosen style and your Telegram ID until you tell me to forget.
    }
    I give none of it to anybody. Your packs are another matter: whoever has a pack's link can see it. /forget deletes all that I keep.
forget-ask = Delete everything I know about you? Your photos, your stickers here and your settings. Your packs on Telegram stay, unless you delete them too.
forget-done = Done. I've forgotten you. Send a photo whenever you like to start again.
forget-done-packs = Done. I've forgotten you, and your packs are deleted.
forget-kept = Nothing was deleted.
consent = Your stickers go into a pack that whoever has its link can see. /privacy
forget-packs =
    { $count ->
        [one] { $count } pack
       *[other] { $count } packs
    }
forget-requests =
    { $count ->
        [one] { $count } request with its words
       *[other] { $count } requests with their words
    }
forget-stickers =
    { $count ->
        [one] { $count } sticker
       *[other] { $count } stickers
    }
forget-photos =
    { $count ->
        [one] { $count } photo
       *[other] { $count } photos
    }
forget-deleted = Deleted: { $what }.

# --- language ---
language-choose = Which language?
language-chosen = All right, English it is.

# --- buttons ---
button-another = 🔁 Another
button-style = 🎨 Styles
button-badge = ⭕ Badge instead
button-cutout = ✂️ Cut-out instead
button-shape = ✂️ Shape
button-shape-bust = 👤 Portrait
button-shape-figure = 🧍 Full figure
button-shape-head = 🎈 Big head
button-shape-badge = ⭕ Badge
button-back = ‹ Back
button-anyway = ✨ Make it anyway
button-reactions = 😂 All reactions
button-undo-all = ↩️ Undo all
button-undo = ↩️ Undo
button-put-back = ➕ Put it back
button-put-all-back = ➕ Put them back
button-open-pack = 📦 Open pack
button-add = ➕ Try adding again
button-add-to-pack = ➕ Add to my pack
button-cancel = ✖️ Stop
button-forget = Delete everything
button-forget-packs = Delete everything and my packs
button-keep = Keep it all

# --- short answers to a press ---
press-drawing = On it.
press-already = I'm already drawing it.
press-already-all = I'm already on it.
press-undone = Taken out of your pack.
press-already-undone = It was gone from your pack already.
press-all-there = They're in your pack already.
press-undone-all = All of them are out of your pack.
press-already-undone-all = They were gone from your pack already.
press-back = It's back in your pack.
press-added = It's in your pack now.
press-working = One moment …
press-stopped = Stopped.
press-too-late = It's already finished.
press-stale = That button does nothing any more. Send me a photo instead.
press-not-yours = That button belongs to somebody else.

# --- profile ---
about = Send a selfie, get a sticker. Every sticker lands in your own pack, ready for any chat.
about-short = Turns your selfie into a sticker in your own pack.
command-start = Say hello
command-style = Choose your style
command-seed = Keep one variation
command-pack = Your stickers
command-queue = What I'm working on
command-cancel = Stop that
command-language = Change the language
command-settings = Your settings
command-privacy = What I keep
command-forget = Delete my data
command-help = How it works
command-stats = The last days
command-pause = Draw nothing new
command-resume = Draw again
command-ban = Shut somebody out
command-unban = Let them back in
command-job = What became of a sticker
command-broadcast = Write to everybody
