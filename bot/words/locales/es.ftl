# Todas las frases en español. Las claves y variables son las de en.ftl; una prueba las compara.

# --- hello ---
start =
    { $name ->
        [none] Hola.
       *[other] Hola, { $name }.
    } Mándame un selfi: será un sticker como estos.
help =
    Manda una foto en la que se vea una cara. Vuelve un sticker.

    Bajo la foto: palabras para el estilo, como «acuarela». #comic elige un estilo solo para esta vez. Un emoji al principio será el emoji del sticker.
    Lo que va entre comillas, como «LOL», se escribe en el sticker. «✏️ Editar» debajo cambia texto, borde, forma y emoji.
    Lo que escribas después, o en respuesta a un sticker, vale para esa foto: «neón» la dibuja otra vez.
    Si la mandas como archivo, la foto conserva toda su calidad.
help-reactions = «😂 Todas las reacciones», bajo un sticker, dibuja tu cara en dieciséis estados de ánimo, cada uno con su propio emoji.
help-parameters = Solo para una foto, su texto acepta también shape=badge, outline=white o seed=42. /settings lo guarda para todas.
help-commands =
    /style – elegir tu estilo
    /seed – siempre la misma variante, o una nueva cada vez
    /pack – tus stickers
    /export – tus stickers para WhatsApp o Signal
    /queue – en qué estoy trabajando
    /cancel – pararlo
    /settings – todo en un sitio, y más
    /language – cambiar el idioma
    /privacy – qué guardo y cuánto tiempo
    /forget – borrarlo todo
start-in-group = Responde a una foto con /sticker y hago un sticker de ella. Tu propio pack está conmigo en un chat privado.
button-open-chat = Abrir el chat

# --- first minute ---
button-profile-photo = 🤳 Usar mi foto de perfil
button-done = Listo
press-no-profile-photo = No veo ninguna foto de perfil: no la hay o tu privacidad la oculta. Mándame un selfi.
press-done = Toca el sticker para añadir el pack. Cada foto que mandes será otro.

# --- photos ---
progress-fetching = Recibida. Estoy bajando tu foto…
progress-fetching-album = Recibidas. Estoy bajando tus fotos…
progress-telegram-slow = Recibida. Telegram va lento ahora; sigo intentando bajar tu foto.
progress-queued =
    { $ahead ->
        [0] Ya te toca.
        [one] En la cola, con { $ahead } sticker por delante.
       *[other] En la cola, con { $ahead } stickers por delante.
    }
progress-warming-up = Recibida. Todavía estoy calentando; tu sticker viene justo después.
progress-started = Empiezo con tu sticker…
progress-load = Cambio de modelo; tarda un momento…
progress-face = Busco tu cara…
progress-cutout = Te estoy recortando…
progress-draw = Te estoy dibujando…
progress-finish = Añado el borde…
progress-pack = Lo pongo en tu pack…
progress-drawing-all = Dibujo { $done } de { $total }…
progress-pack-all = Los pongo en tu pack…
progress-adding = Al pack: { $done } de { $total }…
progress-adding-slowly = Al pack: { $done } de { $total }… Telegram solo acepta unos pocos por minuto, quedan unos { $minutes } min.
progress-wait-all = Ya están dibujados. Telegram me pide esperar { $minutes } min; después pongo el resto en tu pack.
progress-wait =
    { $seconds ->
        [one] Ya está dibujado. Telegram me pide esperar { $seconds } segundo; después lo pongo en tu pack.
       *[other] Ya está dibujado. Telegram me pide esperar { $seconds } segundos; después lo pongo en tu pack.
    }
progress-pack-slow = Ya está dibujado. Telegram no responde ahora; sigo intentando añadirlo a tu pack.
progress-send-slow = Ya está dibujado. Telegram no responde ahora; sigo intentando enviarlo.
note-flagged = No voy a enviar lo que ha salido: el control de seguridad lo ha marcado. Prueba con otra foto u otras palabras.
cancelled = Parado. No he hecho nada.

note-several-faces = He visto varias caras y he usado la más grande.
note-choose-face = He visto varias caras y he usado la más grande. Pulsa un número para otra.
note-photos-used = He usado { $used } de { $total } fotos.
note-best-photo = He usado la mejor de tus { $total } fotos.
note-badge-fallback = Tu silueta no se veía lo bastante clara para recortarla, así que el sticker es redondo.
note-no-face = Aquí no hay ninguna cara, así que he recortado lo que más destaca.
note-no-face-badge = Aquí no hay ninguna cara, así que he usado la imagen entera.
note-prompt-as-style = He elegido el estilo por tus palabras. /style los enseña todos.
note-prompt-ignored = Puedo cambiar el estilo, pero no dibujar lo que describes. /style enseña los que conozco.
news-first-pack = Este es tu pack; quien tenga su enlace puede verlo.
note-prompt-unused = Esta vez no he podido usar tus palabras; el estilo es el mismo.
news-new-pack = Tu pack anterior se borró, así que he empezado uno nuevo.
news-next-pack = Tu pack estaba lleno, así que he empezado el siguiente.
pack-loose = Tu sticker está listo, pero aún no está en tu pack. Toca «Probar otra vez» dentro de un momento.
news-first-pack-of-all = Es tu propio pack. Ábrelo para añadirlo a tu teclado.
stickers-added =
    { $total ->
        [one] Está en tu pack.
       *[other] Los { $total } están en tu pack.
    }
reactions-added = Los { $total } están en tu pack, cada uno con su propio emoji.
reactions-partly-added = { $done } de { $total } están en tu pack. Telegram no ha aceptado los demás.
reactions-stopped =
    { $done ->
        [0] Parado. No he puesto nada en tu pack.
       *[other] Parado. { $done } de { $total } están en tu pack.
    }

# --- what I cannot use ---
send-a-selfie = Mándame primero un selfi: una cara, mirando a la cámara. Las palabras van bajo la foto.
send-a-photo = Con esto no puedo hacer un sticker. Mándame una foto.
is-animation = Se mueve. Mándame una foto fija y hago un sticker con ella.
is-sticker = Eso ya es un sticker. Mándame una foto con una cara y te hago uno nuevo.
is-document = Con este archivo no puedo hacer un sticker. Manda una foto: JPEG, PNG, WebP o HEIC.
unknown-command = Eso no lo conozco. /help enseña lo que sé hacer.
words-style = { $style }, entonces, para esta foto.
words-emoji = Ahora su emoji es { $emoji }.
words-emoji-refused = Telegram no admite { $emoji } para stickers. Otro emoji sí.
words-thanks = De nada. Mándame otra foto cuando quieras.
words-greeting = Hola. Mándame una foto y tendrás otro sticker.
words-unused = No sé qué hacer con eso. Di un estilo, como «cómic», o manda otra foto. /style muestra los estilos.

# --- editing a sticker ---
button-edit = ✏️ Editar
button-text = 💬 Texto
button-no-text = ✖️ Sin texto
button-outline = 🖍 Borde
button-outline-auto = ✨ El del estilo
button-outline-none = 🚫 Ninguno
button-outline-thin = Fino
button-outline-normal = Medio
button-outline-thick = Grueso
button-emoji = 😀 Emoji
button-keywords = 🏷 Palabras clave
button-no-keywords = ✖️ Sin palabras clave
button-png = 🖼 Archivo PNG
button-restore = ↩️ Volver a este
press-restored = El anterior vuelve a su sitio.
press-same = Ya está así.
press-emoji = Toca los que encajen o responde al sticker con los tuyos.
press-last-emoji = Un sticker necesita al menos un emoji.
note-replaced = Ocupa el sitio del anterior en tu pack. Deshacer trae de vuelta ese.
text-ask = ¿Qué debe poner? Responde con un máximo de { $most } caracteres.
text-coming = Tu sticker lo llevará escrito.
text-too-long = Es demasiado largo para un sticker. Caben { $most } caracteres.
text-unwritable = Aquí no tengo letras para { $letters }. El alfabeto latino, el cirílico y el griego van siempre.
keywords-ask = ¿Con qué palabras se debe encontrar? Responde con un máximo de { $most }, separadas por comas.
keywords-set = Se encuentra con: { $words }
keywords-none = Ahí no había ninguna palabra. Responde con palabras separadas por comas.
keywords-too-many = Telegram acepta { $most } palabras con { $chars } caracteres en total. Prueba con menos.
keywords-removed = Ya no tiene palabras clave.

# --- errors, by code ---
error-no-face = Aquí no encuentro ninguna cara. Prueba con una foto con buena luz en la que mires a la cámara.
error-photo-empty = El archivo está vacío. Manda la foto otra vez.
error-photo-too-big = El archivo pasa de 20 MB. Mándalo como foto normal y será lo bastante pequeño.
error-photo-too-many-pixels = Esa imagen tiene demasiados píxeles para mí. Mándala como foto normal.
error-photo-too-small = Esa imagen es demasiado pequeña para ver una cara. Manda una más grande.
error-photo-truncated = El archivo está dañado o incompleto. Manda la foto otra vez.
error-photo-animated = Se mueve. Mándame una foto fija y hago un sticker con ella.
error-not-a-photo = Con este archivo no puedo hacer un sticker: no es una foto que yo pueda leer. Sirven JPEG, PNG, WebP y HEIC.
error-photo-gone = Esa foto ya la he borrado. Mándala otra vez y seguimos.
error-file-gone = Ese ya lo he borrado. Manda la foto otra vez.
error-download-failed = No he podido bajar tu foto de Telegram. Mándala otra vez.
error-too-many-jobs =
    { $limit ->
        [one] Dibujo { $limit } sticker a la vez para ti. Las otras fotos no las he tomado: mándalas otra vez cuando esté listo.
       *[other] Dibujo { $limit } stickers a la vez para ti. Las otras fotos no las he tomado: mándalas otra vez cuando estén listos.
    }
error-daily-limit =
    { $limit ->
        [one] Ese era tu sticker de hoy.
       *[other] Esos eran tus { $limit } stickers de hoy.
    } { $hours ->
        [0] El próximo puede ser dentro de { $minutes } min.
       *[other] El próximo puede ser dentro de { $hours } h.
    }
error-queue-full = Ahora mismo hay demasiada gente pidiendo stickers. Prueba dentro de unos minutos.
error-no-such-job = Ese sticker ya no lo tengo. Manda la foto otra vez.
error-bad-seed = Una semilla es un número entero de 0 a 4294967295, por ejemplo /seed 42. Con /seed random cada sticker sale distinto.
error-unknown-style = No conozco ese estilo. Tengo estos:
error-style-gone = Ese estilo ya no existe. /style muestra los que tengo.
error-parameter-refused = Aquí no puedo usar ese ajuste.
error-text-unwritable = Aquí no puedo escribir esas letras en un sticker. El alfabeto latino, el cirílico y el griego van siempre.
error-unsupported-model = Aquí no puedo dibujar ese tipo de sticker.
error-engine-down = Ahora mismo no puedo dibujar. Inténtalo más tarde.
error-storage = Ahora mismo no puedo guardar nada. Prueba dentro de unos minutos.
not-stored-yet = Ahora mismo no puedo guardar nada. Lo que enviaste no se pierde: me ocuparé en cuanto pueda.
error-busy = Tengo mucho trabajo. Prueba dentro de un minuto.
error-broken = Algo se me ha roto, referencia { $reference }. Queda anotado. Puedes mandar la foto otra vez.
error-pack-failed = Telegram no ha aceptado el sticker en tu pack. Prueba dentro de un momento.
error-user-unreachable = Todavía no llego a tu pack. Manda /start y prueba otra vez.
error-wait =
    { $seconds ->
        [one] Telegram me pide esperar { $seconds } segundo. Prueba después.
       *[other] Telegram me pide esperar { $seconds } segundos. Prueba después.
    }

# --- styles ---
style-choose = Tu estilo es { $style }. ¿Cuál quieres?
style-chosen = Vale, { $style }. Mándame una foto.
style-for-photo = ¿Qué estilo para esta foto?
model-current = Dibuja { $model }; los últimos botones lo cambian.
model-chosen = Hecho: { $model }. Mándame una foto, o varias a la vez.
model-face-to-sticker = 🎭 Sticker
model-ip-adapter-face-id = 🪪 Face ID
model-photomaker = 📚 PhotoMaker
style-toon = Dibujo animado
style-cel = Animación
style-comic = Cómic
style-caricature = Caricatura
style-popart = Arte pop
style-poster = Póster
style-watercolour = Acuarela
style-pencil = Lápiz
style-ink = Tinta
style-neon = Neón
style-pixel = Píxel
style-photo = Foto

# --- groups ---
group-how = Responde a una foto con /sticker y hago un sticker de ella.
group-anonymous = Un sticker necesita dueño: escribe con tu cuenta, no como grupo ni canal.
group-off = De acuerdo, aquí me callo. /sticker on me trae de vuelta.
group-on = Ya estoy de vuelta. Responde a una foto con /sticker.
group-only-admins = Eso solo lo pueden hacer los administradores.
group-slow = Son muchos stickers de golpe. Inténtalo en un minuto.
group-no-stickers = Aquí no puedo enviar stickers. Un administrador puede permitirlo.
guest-how = Responde a una foto y mencióname, y hago un sticker de ella.
guest-fetch = Tu sticker está listo.
button-fetch = ⬇️ Recoger el sticker
button-agree = 👍 Es mi foto, vale para el pack
button-remove = 🗑 Quitar
press-agreed = Gracias. Ya puede ir al pack.
press-not-author = Solo puede decirlo quien envió la foto.
press-not-remove = Solo pueden quitarlo quien lo pidió, quien envió la foto y los administradores.
press-removed = Quitado.
start-not-yours = Ese sticker es de otra persona. Mándame una foto y tendrás el tuyo.
privacy-groups = En los grupos, de la foto de otra persona solo sale un sticker en ese chat, y luego borro la foto. Va a un pack solo si esa persona está de acuerdo, y puede quitarlo.
command-sticker = Un sticker de la foto a la que respondes

# --- seed ---
seed-is-fixed = Tu semilla es { $seed }: la misma foto da el mismo sticker.
seed-is-random = Cada sticker sale un poco distinto.
seed-how = /seed 42 mantiene una variante.
seed-last = Tu último sticker tiene la semilla { $seed }.
button-keep-variation = 📌 Quedarme con esta variante
button-keep-last = 📌 Quedarme con esa
button-seed-random = 🎲 Una nueva cada vez
press-kept = Guardada. Todos tus stickers salen así ahora; /seed lo cambia.
press-seed-random = Cada sticker vuelve a salir un poco distinto.

# --- every style of one photo ---
progress-styles = Te pruebo todos los estilos…
styles-add = Toca uno y lo tendrás como sticker nuevo.
styles-swap = Toca uno y ocupará el lugar de tu sticker.
button-styles-swap = 🔄 Mejor reemplazar el sticker
button-styles-add = ➕ Mejor como sticker nuevo
press-is-in-pack = Ya está en tu pack.

# --- settings ---
settings = Tus ajustes, para todos los stickers que vengan. Toca uno para cambiarlo.
setting-saved = Guardado.
setting-style = Estilo
setting-style-about = El estilo de tus stickers. Una palabra bajo una foto manda más, solo para esa foto.
setting-shape = Forma
setting-shape-about = Cómo sales en el sticker. Automática: recortado, y redondo donde no se puede.
setting-shape-auto = Automática
setting-outline = Contorno
setting-outline-about = El borde a tu alrededor. Según el estilo: cada estilo tiene el suyo.
setting-outline-auto = según el estilo
setting-outline-white = ⚪ blanco
setting-outline-black = ⚫ negro
setting-outline-none = sin
setting-model = Modelo
setting-model-about = Lo que dibuja tus stickers.
setting-speed = Dibujo
setting-speed-about = Rápido usa menos pasos; fino usa más y tarda más.
setting-speed-normal = normal
setting-speed-quick = rápido
setting-speed-fine = fino
setting-likeness = Parecido
setting-likeness-about = Cuánto queda de tu cara. Más parecido deja menos sitio al estilo.
setting-likeness-normal = normal
setting-likeness-less = menos
setting-likeness-more = más
setting-strength = Fuerza del estilo
setting-strength-about = Con qué rigor sigo el estilo y tus palabras.
setting-strength-normal = normal
setting-strength-soft = suave
setting-strength-strong = fuerte
setting-pack = Al pack
setting-pack-about = Por sí solo: cada sticker va directo a tu pack. Cuando yo diga: viene con un botón que lo añade. Todas las reacciones van al pack siempre.
setting-pack-on = por sí solo
setting-pack-off = cuando yo diga
setting-photo = Mi foto
setting-photo-about = Cuánto tiempo guardo tu foto. «Otro», «Estilos» y todo lo que la dibuja de nuevo funciona solo ese tiempo. Nada: se borra en cuanto está el sticker.
setting-photo-usual = { $hours } h
setting-photo-hour = 1 h
setting-photo-none = nada
setting-language = Idioma
setting-language-about = ¿Qué idioma?
setting-news = Noticias
setting-news-about = De vez en cuando, quienes llevan este bot escriben a todos. No: a ti no.
setting-news-on = sí
setting-news-off = no
news-on = Vuelves a recibir noticias.
news-off = Se acabaron las noticias. /settings las trae de vuelta.
button-news-off = 🔕 No quiero más
button-news-on = 🔔 Quiero noticias

# --- key=value in a caption ---
parameter-unknown = No existe «{ $name }». Conozco { $nearest }.
parameter-useless = «{ $name }» no cambia nada aquí. Conozco { $nearest }.
parameter-range = { $name } va de { $least } a { $most }, no { $value }.
parameter-whole = { $name } es un número entero de { $least } a { $most }, no { $value }.
parameter-choice = { $name } es uno de estos: { $choices }, no { $value }.
parameter-kept = Aún tengo tu foto: escríbelo corregido y ya está.
button-without = ✨ Dibujar sin eso

# --- operators ---
operators-paused = En pausa. Las fotos se aceptan y esperan hasta /resume.
operators-is-paused = En pausa. /resume sigue.
operators-resumed = Sigo.
operators-not-paused = No estoy en pausa.
operators-chart = Los últimos { $days } días, UTC: 🟦 terminados, 🟥 de ellos fallidos, 🟩 personas, 🟨 mediana de segundos de la foto al sticker.
operators-no-ban = No se puede vetar a un operador.
operators-banned =
    { $count ->
        [one] { $person } queda vetado. { $count } sticker cancelado.
       *[other] { $person } queda vetado. { $count } stickers cancelados.
    }
operators-unbanned = { $person } puede volver.
operators-not-banned = { $person } no está vetado.
operators-whom = Escribe el número de Telegram, como /ban 1234, o la referencia de un sticker suyo, como /ban job 3f9a1c.
operators-no-job = Ningún sticker tiene esa referencia. Es el principio de su número, como sale en un mensaje o en el log.
banned = Ya no puedes usar este bot.
progress-paused = Recibida. Estoy en una pausa; tu sticker llega cuando vuelva.
press-paused = Estoy en una pausa; llega cuando vuelva.
queue-paused = Estoy en una pausa. Todo llega cuando vuelva.
broadcast-empty = Escribe lo que deben leer todos, como /broadcast Hola.
broadcast-ask =
    { $count ->
        [one] Así se ve. ¿Lo envío a { $count } persona?
       *[other] Así se ve. ¿Lo envío a { $count } personas?
    }
broadcast-sending = En camino. Al final te cuento.
broadcast-dropped = No lo recibe nadie.
button-broadcast-send = 📣 Enviar
button-broadcast-drop = ✖️ A nadie
broadcast-sent =
    { $count ->
        [one] { $count } persona lo tiene.
       *[other] { $count } personas lo tienen.
    }
broadcast-blocked =
    { $count ->
        [one] { $count } ha bloqueado el bot.
       *[other] { $count } han bloqueado el bot.
    }
broadcast-failed =
    { $count ->
        [one] A { $count } no se puede llegar.
       *[other] A { $count } no se puede llegar.
    }
broadcast-begun =
    { $count ->
        [one] De { $count } no lo sé: se cortó la conexión. No envié nada dos veces.
       *[other] De { $count } no lo sé: se cortó la conexión. No envié nada dos veces.
    }
alarm-queue = ⚠️ El sticker más antiguo espera desde hace { $minutes } min.
alarm-queue-over = ✅ La cola vuelve a ser corta.
alarm-disk = ⚠️ El disco está casi lleno: quedan { $megabytes } MB.
alarm-disk-over = ✅ El disco vuelve a tener sitio: { $megabytes } MB.
alarm-engine = ⚠️ El motor se averió y se ha reiniciado. Está cargando.
alarm-engine-over = ✅ El motor vuelve a dibujar.
alarm-telegram-over = ⚠️ No se pudo llegar a Telegram durante { $minutes } min. ✅ Ha vuelto.

# --- packs, queue ---
pack-none = Todavía no tienes stickers. Mándame un selfi y tendrás uno.
pack-list =
    { $count ->
        [one] Tienes { $count } pack:
       *[other] Tienes { $count } packs:
    }
pack-line =
    { $stickers ->
        [one] { $title } – { $stickers } sticker
       *[other] { $title } – { $stickers } stickers
    }
queue-none = No estoy haciendo nada para ti. Mándame una foto.
queue-running = Lo estoy dibujando.
queue-waiting =
    { $ahead ->
        [0] Es el siguiente.
        [one] En la cola, con { $ahead } por delante.
       *[other] En la cola, con { $ahead } por delante.
    }
queue-fetching = Estoy bajando la foto.
queue-drawn =
    { $count ->
        [one] { $count } ya está dibujado y espera a Telegram.
       *[other] { $count } ya están dibujados y esperan a Telegram.
    }
queue-adding = Entrando en tu pack.
cancel-none = No hay nada que parar.
cancel-done =
    { $count ->
        [one] He parado { $count } sticker.
       *[other] He parado { $count } stickers.
    }
cancel-drawn = 
    { $count ->
        [one] { $count } ya está dibujado y todavía llegará.
       *[other] { $count } ya están dibujados y todavía llegarán.
    }

# --- my packs ---
pack-takes-next = Tu próximo sticker va aquí.
pack-chosen = «{ $title }» recibe tu próximo sticker.
pack-ask-new = ¿Cómo se llama el pack nuevo?
pack-ask-title = ¿Cómo quieres llamar a «{ $title }»?
pack-title-refused = Un título tiene de 1 a 64 letras. Manda otro.
pack-planned = «{ $title }» empieza con tu próximo sticker.
pack-renamed = Ahora se llama «{ $title }».
pack-delete-ask = ¿Borrar «{ $title }» con todos sus stickers? No se puede recuperar.
pack-deleted = El pack está borrado.
pack-already-deleted = Ese pack ya no existe.
news-planned-pack = Es el primer sticker de tu pack nuevo.
sticker-not-there = Ese sticker ya no está en tu pack.
sticker-ask-emoji = Ahora es { $emoji }. ¿Qué emoji quieres? También valen varios.
sticker-no-emoji = Mándame un emoji o varios.
sticker-is-icon = Ahora es el icono de tu pack.
sticker-place = Puesto { $place } de { $total }.
sticker-about = Es tuyo: { $emoji }
sticker-about-words = Es tuyo: { $emoji } – se encuentra con { $words }
is-foreign-sticker = Ese sticker no es de un pack que yo te hice, así que no puedo cambiarlo.
button-show-pack = 👀 Ver
button-share-pack = 📤 Compartir
button-send-sticker = 💬 Enviar uno
button-rename = ✏️ Renombrar
button-delete-pack = 🗑 Borrar pack
button-delete-really = 🗑 Sí, bórralo
button-next-here = ⭐ El próximo sticker, aquí
button-new-pack = ➕ Paquete nuevo
button-all-packs = ‹ Todos
button-first = ⏮
button-before = ◀️
button-after = ▶️
button-last = ⏭
button-own-emoji = 😀 Emoji
button-own-keywords = 🏷 Palabras
button-icon = 🖼 Icono
button-take-out = 🗑 Quitar
button-take-out-really = 🗑 Sí, quítalo

# --- inline ---
button-inline-first = ✨ Haz tu primer sticker
button-inline-none = Ningún sticker así. Haz uno
button-inline-new = ✨ Haz uno nuevo

# --- export ---
export-which = ¿Qué pack?
export-where = ¿Adónde va «{ $title }»?
export-packing = Empaquetando { $done } de { $total }…
export-already = Ya lo estoy empaquetando.
export-few = WhatsApp acepta packs de 3 stickers o más; este tiene { $count }.
export-empty = No tiene ningún sticker.
export-failed = Telegram no me da los stickers ahora. Inténtalo en un momento.
export-done-whatsapp = Para WhatsApp: { $count } de { $total } stickers.
export-done-signal = Para Signal: { $count } de { $total } stickers. Signal en el ordenador hace un pack con ellos.
button-export = ⬇️ WhatsApp, Signal
button-whatsapp = 🟢 WhatsApp
button-signal = 🔵 Signal
command-export = Tus stickers para WhatsApp o Signal

# --- emoji mosaic ---
mosaic-done = Tu cara en { $count } emojis. Con Telegram Premium puedes escribirla donde quieras.
mosaic-deleted = Los emojis están borrados.
button-mosaic = 🧩 Como emojis
button-open-emoji = 🧩 Abrir emojis
button-delete-emoji = 🗑 Borrar

# --- privacy ---
privacy =
    { $hours ->
        [0] Tu foto no la guardo, como elegiste: se borra en cuanto está el sticker.
        [one] Guardo tu foto { $hours } hora, para que puedas pedir otra versión. Después se borra sola.
       *[other] Guardo tu foto { $hours } horas, para que puedas pedir otra versión. Después se borra sola.
    }
    Dónde se hizo y otros datos ocultos los descarto enseguida.
    { $days ->
        [one] El sticker terminado y tus palabras debajo de la foto se quedan { $days } día conmigo; tu estilo y tu identificador de Telegram, hasta que me pidas olvidarte.
       *[other] El sticker terminado y tus palabras debajo de la foto se quedan { $days } días conmigo; tu estilo y tu identificador de Telegram, hasta que me pidas olvidarte.
    }
    No le doy nada de esto a nadie. Tus packs son otra cosa: quien tenga el enlace de uno puede verlo. /forget borra todo lo que guardo.
forget-ask = ¿Borro todo lo que sé de ti? Tus fotos, tus stickers de aquí y tus ajustes. Tus packs de Telegram se quedan, si no los borras también.
forget-done = Hecho. Te he olvidado. Manda una foto cuando quieras empezar de nuevo.
forget-done-packs = Hecho. Te he olvidado y tus packs están borrados.
forget-kept = No he borrado nada.
consent = Tus stickers van a un pack que puede ver quien tenga su enlace. /privacy
forget-packs =
    { $count ->
        [one] { $count } pack
       *[other] { $count } packs
    }
forget-requests =
    { $count ->
        [one] { $count } encargo con sus palabras
       *[other] { $count } encargos con sus palabras
    }
forget-stickers =
    { $count ->
        [one] { $count } sticker
       *[other] { $count } stickers
    }
forget-photos =
    { $count ->
        [one] { $count } foto
       *[other] { $count } fotos
    }
forget-deleted = Borrado: { $what }.

# --- language ---
language-choose = ¿Qué idioma?
language-chosen = De acuerdo, en español.

# --- buttons ---
button-another = 🔁 Otro
button-style = 🎨 Estilos
button-badge = ⭕ Mejor redondo
button-cutout = ✂️ Mejor recortado
button-shape = ✂️ Forma
button-shape-bust = 👤 Retrato
button-shape-figure = 🧍 Cuerpo entero
button-shape-head = 🎈 Cabezón
button-shape-badge = ⭕ Redondo
button-back = ‹ Atrás
button-anyway = ✨ Hazlo igualmente
button-reactions = 😂 Todas las reacciones
button-undo-all = ↩️ Deshacer todo
button-undo = ↩️ Deshacer
button-put-back = ➕ Devolverlo al pack
button-put-all-back = ➕ Devolverlos al pack
button-open-pack = 📦 Abrir el pack
button-add = ➕ Probar otra vez
button-add-to-pack = ➕ Añadir a mi pack
button-cancel = ✖️ Parar
button-forget = Borrarlo todo
button-forget-packs = Borrarlo todo y mis packs
button-keep = Quedármelo todo

# --- short answers to a press ---
press-drawing = Voy.
press-already = Ya lo estoy dibujando.
press-already-all = Ya estoy en ello.
press-undone = Sacado de tu pack.
press-already-undone = Ya no estaba en tu pack.
press-all-there = Ya están en tu pack.
press-undone-all = Todos fuera de tu pack.
press-already-undone-all = Ya no estaban en tu pack.
press-back = Vuelve a estar en tu pack.
press-added = Ya está en tu pack.
press-working = Un momento…
press-stopped = Parado.
press-too-late = Ya está terminado.
press-stale = Ese botón ya no hace nada. Mejor mándame una foto.
press-not-yours = Ese botón es de otra persona.

# --- profile ---
about = Manda un selfi, recibe un sticker. Cada sticker va a tu propio pack, listo para cualquier chat.
about-short = Convierte tu selfi en un sticker de tu propio pack.
command-start = Saludar
command-style = Elegir tu estilo
command-seed = Mantener una variante
command-pack = Tus stickers
command-queue = En qué estoy trabajando
command-cancel = Pararlo
command-language = Cambiar el idioma
command-settings = Tus ajustes
command-privacy = Qué guardo
command-forget = Borrar mis datos
command-help = Cómo funciona
command-stats = Los últimos días
command-pause = No dibujar nada nuevo
command-resume = Volver a dibujar
command-ban = Vetar a alguien
command-unban = Dejarle volver
command-job = Qué fue de un sticker
command-broadcast = Escribir a todos
