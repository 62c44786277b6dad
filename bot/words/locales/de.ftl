# Alle Sätze auf Deutsch. Die Schlüssel und Variablen sind die von en.ftl; ein Test vergleicht sie.

# --- hello ---
start =
    { $name ->
        [none] Hallo.
       *[other] Hallo { $name }.
    } Schick mir ein Selfie: Daraus wird so ein Sticker.
help =
    Schick ein Foto, auf dem ein Gesicht zu sehen ist. Zurück kommt ein Sticker.

    Unter dem Foto: Wörter für den Stil, etwa „Aquarell“. #comic wählt einen Stil nur für dieses Mal. Ein Emoji am Anfang wird das Emoji des Stickers.
    Wörter in Anführungszeichen, etwa „LOL“, stehen dann auf dem Sticker. „✏️ Ändern“ darunter ändert Schrift, Rand, Form und Emoji.
    Wörter danach, oder als Antwort auf einen Sticker, gelten diesem Foto: „Neon“ zeichnet es noch einmal.
    Als Datei gesendet behält ein Foto seine volle Qualität.
help-reactions = „😂 Alle Reaktionen“ unter einem Sticker zeichnet dein Gesicht in sechzehn Stimmungen, jede unter ihrem eigenen Emoji.
help-parameters = Nur für ein Foto geht in der Bildunterschrift auch shape=badge, outline=white oder seed=42. /settings behält so etwas für alle.
help-commands =
    /style – deinen Stil wählen
    /seed – immer dieselbe Variante oder jedes Mal eine neue
    /pack – deine Sticker
    /export – deine Sticker für WhatsApp oder Signal
    /queue – woran ich gerade arbeite
    /cancel – damit aufhören
    /settings – alles an einem Ort, und mehr
    /language – die Sprache ändern
    /privacy – was ich behalte und wie lange
    /forget – alles löschen
start-in-group = Antworte auf ein Foto mit /sticker, und ich mache einen Sticker daraus. Dein eigenes Paket findest du bei mir im privaten Chat.
button-open-chat = Chat öffnen

# --- first minute ---
button-profile-photo = 🤳 Mein Profilfoto nehmen
button-done = Fertig
press-no-profile-photo = Ich sehe kein Profilfoto: Es gibt keins, oder deine Privatsphäre-Einstellungen verbergen es. Schick mir ein Selfie.
press-done = Tipp auf den Sticker, um das Paket hinzuzufügen. Jedes Foto, das du schickst, wird ein weiterer.

# --- photos ---
progress-fetching = Alles klar. Ich hole dein Foto …
progress-fetching-album = Alles klar. Ich hole deine Fotos …
progress-telegram-slow = Angekommen. Telegram ist gerade langsam; ich versuche weiter, dein Foto zu holen.
progress-queued =
    { $ahead ->
        [0] Du bist als Nächstes dran.
        [one] In der Schlange, { $ahead } Sticker vor dir.
       *[other] In der Schlange, { $ahead } Sticker vor dir.
    }
progress-warming-up = Ist da. Ich laufe mich noch warm; dein Sticker kommt gleich danach.
progress-started = Ich fange mit deinem Sticker an …
progress-load = Ich wechsle das Modell; das dauert einen Moment …
progress-face = Ich suche dein Gesicht …
progress-cutout = Ich schneide dich aus …
progress-draw = Ich zeichne dich …
progress-finish = Jetzt noch der Rand …
progress-pack = Ich lege ihn in dein Paket …
progress-drawing-all = Ich zeichne { $done } von { $total } …
progress-pack-all = Ich lege sie in dein Paket …
progress-adding = Ins Paket: { $done } von { $total } …
progress-adding-slowly = Ins Paket: { $done } von { $total } … Telegram nimmt nur wenige pro Minute, noch etwa { $minutes } Min.
progress-wait-all = Sie sind fertig. Telegram bittet mich, { $minutes } Min. zu warten, dann kommt der Rest in dein Paket.
progress-wait =
    { $seconds ->
        [one] Er ist fertig. Telegram bittet mich, { $seconds } Sekunde zu warten, dann lege ich ihn in dein Paket.
       *[other] Er ist fertig. Telegram bittet mich, { $seconds } Sekunden zu warten, dann lege ich ihn in dein Paket.
    }
progress-pack-slow = Er ist gezeichnet. Telegram antwortet gerade nicht; ich versuche weiter, ihn in dein Paket zu legen.
progress-send-slow = Er ist gezeichnet. Telegram antwortet gerade nicht; ich versuche weiter, ihn zu schicken.
note-flagged = Was dabei herauskam, schicke ich nicht: Die Sicherheitsprüfung hat es beanstandet. Versuch es mit einem anderen Foto oder anderen Worten.
cancelled = Angehalten. Es wurde nichts gemacht.

note-several-faces = Ich habe mehrere Gesichter gesehen und das größte genommen.
note-choose-face = Ich habe mehrere Gesichter gesehen und das größte genommen. Drück eine Zahl für ein anderes.
note-photos-used = { $used } von { $total } Fotos verwendet.
note-best-photo = Ich habe das beste deiner { $total } Fotos genommen.
note-badge-fallback = Dein Umriss war zum Ausschneiden nicht klar genug, deshalb ist es ein runder Sticker.
note-no-face = Hier ist kein Gesicht, deshalb habe ich ausgeschnitten, was am meisten auffällt.
note-no-face-badge = Hier ist kein Gesicht, deshalb habe ich das ganze Bild genommen.
note-prompt-as-style = Den Stil habe ich aus deinen Worten gewählt. /style zeigt alle.
note-prompt-ignored = Ich kann den Stil ändern, aber nicht zeichnen, was du beschreibst. /style zeigt, was ich kann.
note-prompt-unused = Mit deinen Worten konnte ich diesmal nichts anfangen; der Stil ist derselbe.
news-first-pack = Das ist dein eigenes Paket; wer seinen Link hat, kann es sehen.
news-new-pack = Dein altes Paket wurde gelöscht, deshalb habe ich ein neues angefangen.
news-next-pack = Dein Paket war voll, deshalb habe ich das nächste angefangen.
pack-loose = Dein Sticker ist fertig, liegt aber noch nicht in deinem Paket. Tipp gleich auf „Noch einmal versuchen“.
news-first-pack-of-all = Es ist dein eigenes Paket. Öffne es, um es zu deiner Tastatur hinzuzufügen.
stickers-added =
    { $total ->
        [one] Er ist in deinem Paket.
       *[other] Alle { $total } sind in deinem Paket.
    }
reactions-added = Alle { $total } sind in deinem Paket, jeder unter seinem eigenen Emoji.
reactions-partly-added = { $done } von { $total } sind in deinem Paket. Die anderen hat Telegram nicht angenommen.
reactions-stopped =
    { $done ->
        [0] Angehalten. In dein Paket kam nichts.
       *[other] Angehalten. { $done } von { $total } sind in deinem Paket.
    }

# --- what I cannot use ---
send-a-selfie = Schick mir zuerst ein Selfie: ein Gesicht, Blick in die Kamera. Wörter kommen unter das Foto.
send-a-photo = Daraus kann ich keinen Sticker machen. Schick mir lieber ein Foto.
is-animation = Das bewegt sich. Schick mir ein Foto, dann mache ich einen Sticker daraus.
is-sticker = Das ist schon ein Sticker. Schick mir ein Foto mit einem Gesicht, dann mache ich dir einen neuen.
is-document = Aus dieser Datei kann ich keinen Sticker machen. Schick ein Foto: JPEG, PNG, WebP oder HEIC.
unknown-command = Das kenne ich nicht. /help zeigt, was ich kann.
words-style = { $style } also, für dieses Foto.
words-emoji = Sein Emoji ist jetzt { $emoji }.
words-emoji-refused = { $emoji } nimmt Telegram für Sticker nicht an. Ein anderes Emoji geht.
words-thanks = Gern geschehen. Schick mir ein Foto, wann immer du noch einen willst.
words-greeting = Hallo. Schick mir ein Foto, und du hast noch einen Sticker.
words-unused = Damit kann ich nichts anfangen. Nenn einen Stil, etwa „Comic“, oder schick noch ein Foto. /style zeigt die Stile.

# --- editing a sticker ---
button-edit = ✏️ Ändern
button-text = 💬 Schrift
button-no-text = ✖️ Ohne Schrift
button-outline = 🖍 Rand
button-outline-auto = ✨ Vom Stil
button-outline-none = 🚫 Keiner
button-outline-thin = Dünn
button-outline-normal = Mittel
button-outline-thick = Dick
button-emoji = 😀 Emoji
button-keywords = 🏷 Suchwörter
button-no-keywords = ✖️ Keine Suchwörter
button-png = 🖼 PNG-Datei
button-restore = ↩️ Diesen zurückholen
press-restored = Der vorige ist wieder an seinem Platz.
press-same = So ist er schon.
press-emoji = Tipp an, was passt, oder antworte dem Sticker mit eigenen.
press-last-emoji = Ein Sticker braucht mindestens ein Emoji.
note-replaced = Er steht im Paket jetzt anstelle des alten. „Rückgängig“ holt den alten zurück.
text-ask = Was soll draufstehen? Antworte mit höchstens { $most } Zeichen.
text-coming = Das steht dann auf deinem Sticker.
text-too-long = Das ist zu lang für einen Sticker. Höchstens { $most } Zeichen passen.
text-unwritable = Für { $letters } habe ich hier keine Schrift. Lateinisch, Kyrillisch und Griechisch gehen immer.
keywords-ask = Mit welchen Wörtern soll man ihn finden? Antworte mit bis zu { $most }, durch Kommas getrennt.
keywords-set = Zu finden mit: { $words }
keywords-none = Da war kein Wort dabei. Antworte mit Wörtern, durch Kommas getrennt.
keywords-too-many = Telegram nimmt { $most } Suchwörter mit zusammen { $chars } Zeichen. Versuch es mit weniger.
keywords-removed = Er hat keine Suchwörter mehr.

# --- errors, by code ---
error-no-face = Ich finde hier kein Gesicht. Versuch es mit einem Foto bei gutem Licht, auf dem du in die Kamera schaust.
error-photo-empty = Die Datei ist leer. Schick das Foto noch einmal.
error-photo-too-big = Die Datei hat mehr als 20 MB. Schick sie als normales Foto, dann ist sie klein genug.
error-photo-too-many-pixels = Das Bild hat zu viele Pixel für mich. Schick es als normales Foto.
error-photo-too-small = Das Bild ist zu klein, um ein Gesicht zu erkennen. Schick ein größeres.
error-photo-truncated = Die Datei ist beschädigt oder unvollständig. Schick das Foto noch einmal.
error-photo-animated = Das bewegt sich. Schick mir ein Foto, dann mache ich einen Sticker daraus.
error-not-a-photo = Aus dieser Datei kann ich keinen Sticker machen: Sie ist kein Foto, das ich lesen kann. JPEG, PNG, WebP und HEIC gehen.
error-photo-gone = Das Foto habe ich schon gelöscht. Schick es noch einmal, dann geht es weiter.
error-file-gone = Den habe ich schon gelöscht. Schick das Foto noch einmal.
error-download-failed = Ich konnte dein Foto nicht von Telegram holen. Schick es noch einmal.
error-too-many-jobs =
    { $limit ->
        [one] Ich zeichne immer nur { $limit } Sticker auf einmal für dich. Die anderen Fotos habe ich nicht angenommen: Schick sie noch einmal, wenn er fertig ist.
       *[other] Ich zeichne höchstens { $limit } Sticker auf einmal für dich. Die anderen Fotos habe ich nicht angenommen: Schick sie noch einmal, wenn diese fertig sind.
    }
error-daily-limit =
    { $limit ->
        [one] Das war dein Sticker für heute.
       *[other] Das waren deine { $limit } Sticker für heute.
    } { $hours ->
        [0] Der nächste geht in { $minutes } Min.
       *[other] Der nächste geht in { $hours } Std.
    }
error-queue-full = Gerade wollen zu viele Leute Sticker. Versuch es in ein paar Minuten noch einmal.
error-no-such-job = Diesen Sticker habe ich nicht mehr. Schick das Foto noch einmal.
error-bad-seed = Ein Seed ist eine ganze Zahl von 0 bis 4294967295, zum Beispiel /seed 42. Mit /seed random wird jeder Sticker anders.
error-unknown-style = Diesen Stil kenne ich nicht. Diese hier habe ich:
error-style-gone = Diesen Stil gibt es nicht mehr. /style zeigt, welche ich habe.
error-parameter-refused = Diese Einstellung kann ich hier nicht verwenden.
error-text-unwritable = Diese Zeichen kann ich hier nicht auf einen Sticker schreiben. Lateinisch, Kyrillisch und Griechisch gehen immer.
error-unsupported-model = Solche Sticker kann ich hier nicht zeichnen.
error-engine-down = Ich kann gerade nicht zeichnen. Versuch es später noch einmal.
error-storage = Ich kann gerade nichts speichern. Versuch es in ein paar Minuten noch einmal.
not-stored-yet = Ich kann gerade nichts speichern. Was du geschickt hast, geht nicht verloren: Ich kümmere mich darum, sobald es geht.
error-busy = Gerade ist viel los. Versuch es in einer Minute noch einmal.
error-broken = Bei mir ist etwas kaputtgegangen, Kennung { $reference }. Es ist notiert. Du kannst das Foto noch einmal schicken.
error-pack-failed = Telegram hat den Sticker nicht in dein Paket gelassen. Versuch es gleich noch einmal.
error-user-unreachable = Ich komme noch nicht an dein Paket. Schick /start und versuch es noch einmal.
error-wait =
    { $seconds ->
        [one] Telegram bittet mich, { $seconds } Sekunde zu warten. Versuch es dann noch einmal.
       *[other] Telegram bittet mich, { $seconds } Sekunden zu warten. Versuch es dann noch einmal.
    }

# --- styles ---
style-choose = Dein Stil ist { $style }. Welchen möchtest du?
style-chosen = Gut, { $style }. Schick mir ein Foto.
style-for-photo = Welcher Stil für dieses Foto?
model-current = Gezeichnet mit { $model }; die letzten Knöpfe ändern das.
model-chosen = Also { $model }. Schick mir ein Foto oder mehrere auf einmal.
model-face-to-sticker = 🎭 Sticker
model-ip-adapter-face-id = 🪪 Face ID
model-photomaker = 📚 PhotoMaker
style-toon = Cartoon
style-cel = Trickfilm
style-comic = Comic
style-caricature = Karikatur
style-popart = Pop-Art
style-poster = Poster
style-watercolour = Aquarell
style-pencil = Bleistift
style-ink = Tusche
style-neon = Neon
style-pixel = Pixel
style-photo = Foto

# --- groups ---
group-how = Antworte auf ein Foto mit /sticker, und ich mache einen Sticker daraus.
group-anonymous = Ein Sticker braucht einen Besitzer: Schreib als du selbst, nicht als Gruppe oder Kanal.
group-off = Gut, ich bin hier still. /sticker on holt mich zurück.
group-on = Ich bin wieder da. Antworte auf ein Foto mit /sticker.
group-only-admins = Das können nur Admins.
group-slow = Das sind viele Sticker auf einmal. Versuch es in einer Minute wieder.
group-no-stickers = Ich darf hier keine Sticker senden. Ein Admin kann es erlauben.
guest-how = Antworte auf ein Foto und erwähne mich, dann mache ich einen Sticker daraus.
guest-fetch = Dein Sticker ist fertig.
button-fetch = ⬇️ Sticker holen
button-agree = 👍 Mein Foto, darf ins Paket
button-remove = 🗑 Entfernen
press-agreed = Danke. Er darf jetzt ins Paket.
press-not-author = Das kann nur sagen, wer das Foto geschickt hat.
press-not-remove = Entfernen kann ihn nur, wer ihn wollte, wer das Foto geschickt hat, oder ein Admin.
press-removed = Entfernt.
start-not-yours = Dieser Sticker gehört jemand anderem. Schick mir ein Foto, dann hast du deinen eigenen.
privacy-groups = In Gruppen wird aus dem Foto eines anderen nur ein Sticker in diesem Chat, dann lösche ich das Foto. In ein Paket kommt er nur, wenn die Person zustimmt, und sie kann ihn entfernen.
command-sticker = Sticker aus dem Foto, auf das du antwortest

# --- seed ---
seed-is-fixed = Dein Seed ist { $seed }: dasselbe Foto gibt denselben Sticker.
seed-is-random = Jeder Sticker wird ein wenig anders.
seed-how = /seed 42 bleibt bei einer Variante.
seed-last = Dein letzter Sticker hat den Seed { $seed }.
button-keep-variation = 📌 Diese Variante behalten
button-keep-last = 📌 Den behalten
button-seed-random = 🎲 Jedes Mal ein neuer
press-kept = Behalten. Alle deine Sticker werden jetzt so; /seed ändert das.
press-seed-random = Jeder Sticker wird wieder ein wenig anders.

# --- every style of one photo ---
progress-styles = Ich probiere jeden Stil an dir aus …
styles-add = Tipp auf einen, und du bekommst ihn als neuen Sticker.
styles-swap = Tipp auf einen, und er nimmt den Platz deines Stickers ein.
button-styles-swap = 🔄 Lieber den Sticker ersetzen
button-styles-add = ➕ Lieber als neuer Sticker
press-is-in-pack = Er ist schon in deinem Paket.

# --- settings ---
settings = Deine Einstellungen, für jeden Sticker von jetzt an. Tipp auf eine, um sie zu ändern.
setting-saved = Gespeichert.
setting-style = Stil
setting-style-about = Der Stil deiner Sticker. Ein Wort unter einem Foto gilt vor ihm, nur für dieses Foto.
setting-shape = Form
setting-shape-about = Wie du auf dem Sticker stehst. Automatisch: ausgeschnitten, und rund, wo das nicht geht.
setting-shape-auto = Automatisch
setting-outline = Umriss
setting-outline-about = Der Rand um dich herum. Nach Stil: Jeder Stil hat seinen eigenen.
setting-outline-auto = nach Stil
setting-outline-white = ⚪ weiß
setting-outline-black = ⚫ schwarz
setting-outline-none = keiner
setting-model = Modell
setting-model-about = Was deine Sticker zeichnet.
setting-speed = Zeichnen
setting-speed-about = Schnell braucht weniger Schritte, fein mehr und länger.
setting-speed-normal = normal
setting-speed-quick = schnell
setting-speed-fine = fein
setting-likeness = Ähnlichkeit
setting-likeness-about = Wie viel von deinem Gesicht bleibt. Mehr Ähnlichkeit lässt dem Stil weniger Raum.
setting-likeness-normal = normal
setting-likeness-less = weniger
setting-likeness-more = mehr
setting-strength = Stärke des Stils
setting-strength-about = Wie streng ich mich an den Stil und deine Worte halte.
setting-strength-normal = normal
setting-strength-soft = sanft
setting-strength-strong = stark
setting-pack = Ins Paket
setting-pack-about = Von selbst: Jeder Sticker kommt gleich in dein Paket. Auf Wunsch: Er kommt mit einem Knopf, der ihn hineinlegt. Alle Reaktionen kommen immer ins Paket.
setting-pack-on = von selbst
setting-pack-off = auf Wunsch
setting-photo = Mein Foto
setting-photo-about = Wie lange ich dein Foto behalte. „Noch einer“, „Stile“ und alles, was es neu zeichnet, geht nur so lange. Gar nicht: Es ist gelöscht, sobald der Sticker da ist.
setting-photo-usual = { $hours } Std.
setting-photo-hour = 1 Std.
setting-photo-none = gar nicht
setting-language = Sprache
setting-language-about = Welche Sprache?
setting-news = Neuigkeiten
setting-news-about = Ab und zu schreiben die Betreiber dieses Bots an alle. Aus: nicht an dich.
setting-news-on = an
setting-news-off = aus
news-on = Du bekommst wieder Neuigkeiten.
news-off = Keine Neuigkeiten mehr. /settings holt sie zurück.
button-news-off = 🔕 Nichts mehr davon
button-news-on = 🔔 Wieder Neuigkeiten

# --- key=value in a caption ---
parameter-unknown = „{ $name }“ gibt es nicht. Ich kenne { $nearest }.
parameter-useless = „{ $name }“ ändert hier nichts. Ich kenne { $nearest }.
parameter-range = { $name } geht von { $least } bis { $most }, nicht { $value }.
parameter-whole = { $name } ist eine ganze Zahl von { $least } bis { $most }, nicht { $value }.
parameter-choice = { $name } ist eins von { $choices }, nicht { $value }.
parameter-kept = Dein Foto habe ich noch: Schreib die Angabe einfach neu.
button-without = ✨ Ohne das zeichnen

# --- operators ---
operators-paused = Angehalten. Fotos nehme ich an, sie warten bis /resume.
operators-is-paused = Angehalten. Mit /resume geht es weiter.
operators-resumed = Es geht weiter.
operators-not-paused = Ich bin nicht angehalten.
operators-chart = Die letzten { $days } Tage, UTC: 🟦 beendet, 🟥 davon gescheitert, 🟩 Personen, 🟨 mittlere Sekunden vom Foto bis zum Sticker (Median).
operators-no-ban = Betreiber lassen sich nicht sperren.
operators-banned =
    { $count ->
        [one] { $person } ist gesperrt. { $count } Sticker ist abgebrochen.
       *[other] { $person } ist gesperrt. { $count } Sticker sind abgebrochen.
    }
operators-unbanned = { $person } darf wieder kommen.
operators-not-banned = { $person } ist nicht gesperrt.
operators-whom = Schreib die Telegram-Nummer, wie /ban 1234, oder die Kennung eines Stickers der Person, wie /ban job 3f9a1c.
operators-no-job = Diese Kennung hat kein Sticker. Sie ist der Anfang seiner Nummer, wie sie in einer Nachricht oder im Log steht.
banned = Du kannst diesen Bot nicht mehr benutzen.
progress-paused = Hab ich. Ich mache gerade Pause; dein Sticker kommt, wenn ich zurück bin.
press-paused = Ich mache gerade Pause; er kommt, wenn ich zurück bin.
queue-paused = Ich mache gerade Pause. Alles kommt, wenn ich zurück bin.
broadcast-empty = Schreib dazu, was alle lesen sollen, wie /broadcast Hallo.
broadcast-ask =
    { $count ->
        [one] So sieht es aus. An { $count } Person schicken?
       *[other] So sieht es aus. An { $count } Personen schicken?
    }
broadcast-sending = Unterwegs. Am Ende berichte ich.
broadcast-dropped = Niemand bekommt es.
button-broadcast-send = 📣 Abschicken
button-broadcast-drop = ✖️ An niemanden
broadcast-sent =
    { $count ->
        [one] { $count } Person hat es.
       *[other] { $count } Personen haben es.
    }
broadcast-blocked =
    { $count ->
        [one] { $count } hat den Bot blockiert.
       *[other] { $count } haben den Bot blockiert.
    }
broadcast-failed =
    { $count ->
        [one] { $count } ist nicht erreichbar.
       *[other] { $count } sind nicht erreichbar.
    }
broadcast-begun =
    { $count ->
        [one] Bei { $count } weiß ich es nicht: Die Verbindung brach ab. Zweimal habe ich nichts geschickt.
       *[other] Bei { $count } weiß ich es nicht: Die Verbindung brach ab. Zweimal habe ich nichts geschickt.
    }
alarm-queue = ⚠️ Der älteste Sticker wartet seit { $minutes } Min.
alarm-queue-over = ✅ Die Schlange ist wieder kurz.
alarm-disk = ⚠️ Die Platte ist fast voll: { $megabytes } MB sind frei.
alarm-disk-over = ✅ Die Platte hat wieder Platz: { $megabytes } MB.
alarm-engine = ⚠️ Die Engine ist ausgefallen und wurde neu gestartet. Sie lädt.
alarm-engine-over = ✅ Die Engine zeichnet wieder.
alarm-telegram-over = ⚠️ Telegram war { $minutes } Min. nicht erreichbar. ✅ Es ist wieder da.

# --- packs, queue ---
pack-none = Du hast noch keine Sticker. Schick mir ein Selfie, und du hast einen.
pack-list =
    { $count ->
        [one] Du hast { $count } Paket:
       *[other] Du hast { $count } Pakete:
    }
pack-line =
    { $stickers ->
        [one] { $title } – { $stickers } Sticker
       *[other] { $title } – { $stickers } Sticker
    }
queue-none = Ich arbeite gerade an nichts für dich. Schick mir ein Foto.
queue-running = Wird gerade gezeichnet.
queue-waiting =
    { $ahead ->
        [0] Als Nächstes dran.
        [one] In der Schlange, { $ahead } davor.
       *[other] In der Schlange, { $ahead } davor.
    }
queue-fetching = Wird gerade geholt.
queue-drawn =
    { $count ->
        [one] { $count } ist gezeichnet und wartet auf Telegram.
       *[other] { $count } sind gezeichnet und warten auf Telegram.
    }
queue-adding = Kommt gerade in dein Paket.
cancel-none = Es gibt nichts anzuhalten.
cancel-done =
    { $count ->
        [one] { $count } Sticker angehalten.
       *[other] { $count } Sticker angehalten.
    }
cancel-drawn = 
    { $count ->
        [one] { $count } ist schon gezeichnet und kommt noch.
       *[other] { $count } sind schon gezeichnet und kommen noch.
    }

# --- my packs ---
pack-takes-next = Dein nächster Sticker kommt hierher.
pack-chosen = „{ $title }“ bekommt deinen nächsten Sticker.
pack-ask-new = Wie heißt das neue Paket?
pack-ask-title = Wie soll „{ $title }“ heißen?
pack-title-refused = Ein Titel hat 1 bis 64 Zeichen. Schick einen anderen.
pack-planned = „{ $title }“ beginnt mit deinem nächsten Sticker.
pack-renamed = Es heißt jetzt „{ $title }“.
pack-delete-ask = „{ $title }“ mit allen Stickern löschen? Zurückholen geht nicht.
pack-deleted = Das Paket ist gelöscht.
pack-already-deleted = Dieses Paket gibt es nicht mehr.
news-planned-pack = Es ist der erste Sticker deines neuen Pakets.
sticker-not-there = Dieser Sticker ist nicht mehr in deinem Paket.
sticker-ask-emoji = Jetzt ist es { $emoji }. Welches Emoji soll es sein? Auch mehrere gehen.
sticker-no-emoji = Schick mir ein Emoji oder mehrere.
sticker-is-icon = Er ist jetzt das Bild deines Pakets.
sticker-place = Platz { $place } von { $total }.
sticker-about = Er gehört dir: { $emoji }
sticker-about-words = Er gehört dir: { $emoji } – zu finden mit { $words }
is-foreign-sticker = Dieser Sticker ist aus keinem Paket, das ich für dich gemacht habe. Ich kann ihn nicht ändern.
button-show-pack = 👀 Zeigen
button-share-pack = 📤 Teilen
button-send-sticker = 💬 Einen senden
button-rename = ✏️ Umbenennen
button-delete-pack = 🗑 Paket löschen
button-delete-really = 🗑 Ja, löschen
button-next-here = ⭐ Nächster Sticker hierher
button-new-pack = ➕ Neues Paket
button-all-packs = ‹ Alle Pakete
button-first = ⏮
button-before = ◀️
button-after = ▶️
button-last = ⏭
button-own-emoji = 😀 Emoji
button-own-keywords = 🏷 Suchwörter
button-icon = 🖼 Paketbild
button-take-out = 🗑 Herausnehmen
button-take-out-really = 🗑 Ja, herausnehmen

# --- inline ---
button-inline-first = ✨ Mach deinen ersten Sticker
button-inline-none = Kein solcher Sticker. Mach einen
button-inline-new = ✨ Mach einen neuen

# --- export ---
export-which = Welches Paket?
export-where = Wohin soll „{ $title }“?
export-packing = Packe { $done } von { $total } ein …
export-already = Ich packe schon ein.
export-few = WhatsApp nimmt Pakete ab 3 Stickern; dieses hat { $count }.
export-empty = Darin ist kein Sticker.
export-failed = Telegram gibt mir die Sticker gerade nicht. Versuch es gleich noch einmal.
export-done-whatsapp = Für WhatsApp: { $count } von { $total } Stickern.
export-done-signal = Für Signal: { $count } von { $total } Stickern. Signal am Computer macht ein Paket daraus.
button-export = ⬇️ WhatsApp, Signal
button-whatsapp = 🟢 WhatsApp
button-signal = 🔵 Signal
command-export = Deine Sticker für WhatsApp oder Signal

# --- emoji mosaic ---
mosaic-done = Dein Gesicht aus { $count } Emoji. Mit Telegram Premium kannst du es überall schreiben.
mosaic-deleted = Die Emoji sind gelöscht.
button-mosaic = 🧩 Als Emoji
button-open-emoji = 🧩 Emoji öffnen
button-delete-emoji = 🗑 Löschen

# --- privacy ---
privacy =
    { $hours ->
        [0] Dein Foto behalte ich nicht, wie du es eingestellt hast: Es ist gelöscht, sobald der Sticker da ist.
        [one] Dein Foto behalte ich { $hours } Stunde, damit du eine andere Version davon bekommen kannst. Dann wird es von selbst gelöscht.
       *[other] Dein Foto behalte ich { $hours } Stunden, damit du eine andere Version davon bekommen kannst. Dann wird es von selbst gelöscht.
    }
    Wo es aufgenommen wurde und andere versteckte Angaben verwerfe ich sofort.
    { $days ->
        [one] Der fertige Sticker und deine Worte unter dem Foto bleiben { $days } Tag bei mir, dein Stil und deine Telegram-ID, bis du mich vergessen lässt.
       *[other] Der fertige Sticker und deine Worte unter dem Foto bleiben { $days } Tage bei mir, dein Stil und deine Telegram-ID, bis du mich vergessen lässt.
    }
    Nichts davon gebe ich weiter. Anders deine Pakete: Wer den Link eines Pakets hat, kann es sehen. /forget löscht alles, was ich behalte.
forget-ask = Alles löschen, was ich von dir weiß? Deine Fotos, deine Sticker hier und deine Einstellungen. Deine Pakete bei Telegram bleiben, wenn du sie nicht mit löschst.
forget-done = Erledigt. Ich habe dich vergessen. Schick einfach ein Foto, wenn du wieder anfangen möchtest.
forget-done-packs = Erledigt. Ich habe dich vergessen, und deine Pakete sind gelöscht.
forget-kept = Es wurde nichts gelöscht.
consent = Deine Sticker kommen in ein Paket, das jeder sehen kann, der seinen Link hat. /privacy
forget-packs =
    { $count ->
        [one] { $count } Paket
       *[other] { $count } Pakete
    }
forget-requests =
    { $count ->
        [one] { $count } Auftrag mit seinen Worten
       *[other] { $count } Aufträge mit ihren Worten
    }
forget-stickers =
    { $count ->
        [one] { $count } Sticker
       *[other] { $count } Sticker
    }
forget-photos =
    { $count ->
        [one] { $count } Foto
       *[other] { $count } Fotos
    }
forget-deleted = Gelöscht: { $what }.

# --- language ---
language-choose = Welche Sprache?
language-chosen = Gut, dann auf Deutsch.

# --- buttons ---
button-another = 🔁 Noch einer
button-style = 🎨 Stile
button-badge = ⭕ Lieber rund
button-cutout = ✂️ Lieber ausgeschnitten
button-shape = ✂️ Form
button-shape-bust = 👤 Porträt
button-shape-figure = 🧍 Ganze Figur
button-shape-head = 🎈 Großer Kopf
button-shape-badge = ⭕ Rund
button-back = ‹ Zurück
button-anyway = ✨ Trotzdem machen
button-reactions = 😂 Alle Reaktionen
button-undo-all = ↩️ Alle zurücknehmen
button-undo = ↩️ Rückgängig
button-put-back = ➕ Wieder hinein
button-put-all-back = ➕ Alle wieder hinein
button-open-pack = 📦 Paket öffnen
button-add = ➕ Noch einmal versuchen
button-add-to-pack = ➕ In mein Paket
button-cancel = ✖️ Anhalten
button-forget = Alles löschen
button-forget-packs = Alles und meine Pakete löschen
button-keep = Alles behalten

# --- short answers to a press ---
press-drawing = Mach ich.
press-already = Den zeichne ich schon.
press-already-all = Bin schon dabei.
press-undone = Aus deinem Paket genommen.
press-already-undone = Er war schon nicht mehr in deinem Paket.
press-all-there = Sie sind schon in deinem Paket.
press-undone-all = Alle sind aus deinem Paket heraus.
press-already-undone-all = Sie waren schon nicht mehr in deinem Paket.
press-back = Er ist wieder in deinem Paket.
press-added = Jetzt ist er in deinem Paket.
press-working = Einen Moment …
press-stopped = Angehalten.
press-too-late = Er ist schon fertig.
press-stale = Dieser Knopf bewirkt nichts mehr. Schick mir lieber ein Foto.
press-not-yours = Dieser Knopf gehört jemand anderem.

# --- profile ---
about = Schick ein Selfie, bekomm einen Sticker. Jeder Sticker landet in deinem eigenen Paket, bereit für jeden Chat.
about-short = Macht aus deinem Selfie einen Sticker in deinem eigenen Paket.
command-start = Hallo sagen
command-style = Deinen Stil wählen
command-seed = Bei einer Variante bleiben
command-pack = Deine Sticker
command-queue = Woran ich gerade arbeite
command-cancel = Damit aufhören
command-language = Die Sprache ändern
command-settings = Deine Einstellungen
command-privacy = Was ich behalte
command-forget = Meine Daten löschen
command-help = So geht es
command-stats = Die letzten Tage
command-pause = Nichts Neues zeichnen
command-resume = Wieder zeichnen
command-ban = Jemanden sperren
command-unban = Wieder hereinlassen
command-job = Was aus einem Sticker wurde
command-broadcast = An alle schreiben
