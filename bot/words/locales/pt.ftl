# Todas as frases em português do Brasil. As chaves e variáveis são as de en.ftl; um teste as compara.

# --- hello ---
start =
    { $name ->
        [none] Oi.
       *[other] Oi, { $name }.
    } Me mande uma selfie: ela vira uma figurinha assim.
help =
    Mande uma foto em que apareça um rosto. Volta uma figurinha.

    Na legenda: palavras para o estilo, como “aquarela”. #comic escolhe um estilo só desta vez. Um emoji no começo vira o emoji da figurinha.
    O que estiver entre aspas, como “LOL”, é escrito na figurinha. “✏️ Editar” embaixo dela muda texto, borda, formato e emoji.
    O que você escrever depois, ou em resposta a uma figurinha, vale para aquela foto: “neon” a desenha de novo.
    Enviada como arquivo, a foto mantém toda a qualidade.
help-reactions = “😂 Todas as reações”, embaixo de uma figurinha, desenha seu rosto em dezesseis humores, cada um com seu próprio emoji.
help-parameters = Só para uma foto, a legenda também aceita shape=badge, outline=white ou seed=42. /settings guarda isso para todas.
help-commands =
    /style – escolher seu estilo
    /seed – sempre a mesma variação, ou uma nova a cada vez
    /pack – suas figurinhas
    /export – suas figurinhas para WhatsApp ou Signal
    /queue – no que estou trabalhando
    /cancel – parar isso
    /settings – tudo num lugar só, e mais
    /language – mudar o idioma
    /privacy – o que eu guardo e por quanto tempo
    /forget – apagar tudo
start-in-group = Responda a uma foto com /sticker e eu faço uma figurinha dela. Seu próprio pacote está comigo numa conversa privada.
button-open-chat = Abrir a conversa

# --- first minute ---
button-profile-photo = 🤳 Usar minha foto de perfil
button-done = Pronto
press-no-profile-photo = Não vejo foto de perfil: não há nenhuma ou sua privacidade a esconde. Me mande uma selfie.
press-done = Toque na figurinha para adicionar o pacote. Cada foto que você mandar vira mais uma.

# --- photos ---
progress-fetching = Recebi. Estou baixando sua foto…
progress-fetching-album = Recebi. Estou baixando suas fotos…
progress-telegram-slow = Recebi. O Telegram está lento agora; continuo tentando baixar sua foto.
progress-queued =
    { $ahead ->
        [0] A próxima é a sua.
        [one] Na fila, com { $ahead } figurinha na sua frente.
       *[other] Na fila, com { $ahead } figurinhas na sua frente.
    }
progress-warming-up = Recebi. Ainda estou me aquecendo; sua figurinha vem logo em seguida.
progress-started = Começando sua figurinha…
progress-load = Trocando de modelo; leva um instante…
progress-face = Procurando seu rosto…
progress-cutout = Recortando você…
progress-draw = Desenhando você…
progress-finish = Colocando a borda…
progress-pack = Colocando no seu pacote…
progress-drawing-all = Desenhando { $done } de { $total }…
progress-pack-all = Colocando todas no seu pacote…
progress-adding = No seu pacote: { $done } de { $total }…
progress-adding-slowly = No seu pacote: { $done } de { $total }… O Telegram só aceita algumas por minuto, faltam uns { $minutes } min.
progress-wait-all = Estão desenhadas. O Telegram pede que eu espere { $minutes } min; depois coloco o resto no seu pacote.
progress-wait =
    { $seconds ->
        [one] Está desenhada. O Telegram pede que eu espere { $seconds } segundo; depois coloco no seu pacote.
       *[other] Está desenhada. O Telegram pede que eu espere { $seconds } segundos; depois coloco no seu pacote.
    }
progress-pack-slow = Está desenhada. O Telegram não está respondendo; continuo tentando colocar no seu pacote.
progress-send-slow = Está desenhada. O Telegram não está respondendo; continuo tentando enviar.
note-flagged = Não vou enviar o que saiu: a verificação de segurança barrou. Tente outra foto ou outras palavras.
cancelled = Parei. Nada foi feito.

note-several-faces = Vi vários rostos e usei o maior.
note-choose-face = Vi vários rostos e usei o maior. Toque em um número para outro.
note-photos-used = Usei { $used } de { $total } fotos.
note-best-photo = Usei a melhor das suas { $total } fotos.
note-badge-fallback = Seu contorno não estava nítido o bastante para recortar, então a figurinha ficou redonda.
note-no-face = Não há rosto aqui, então recortei o que mais chama a atenção.
note-no-face-badge = Não há rosto aqui, então usei a imagem inteira.
note-prompt-as-style = Escolhi o estilo pelas suas palavras. /style mostra todos.
note-prompt-ignored = Eu mudo o estilo, mas não desenho o que você descreve. /style mostra os que eu conheço.
note-prompt-unused = Desta vez não consegui usar suas palavras; o estilo é o mesmo.
news-first-pack = Este é o seu próprio pacote; quem tem o link pode vê-lo.
news-new-pack = Seu pacote antigo foi apagado, então comecei um novo.
news-next-pack = Seu pacote estava cheio, então comecei o próximo.
pack-loose = Sua figurinha está pronta, mas ainda não está no pacote. Daqui a pouco toque em “Tentar de novo”.
news-first-pack-of-all = É o seu próprio pacote. Abra para pôr no seu teclado.
stickers-added =
    { $total ->
        [one] Está no seu pacote.
       *[other] Todas as { $total } estão no seu pacote.
    }
reactions-added = Todas as { $total } estão no seu pacote, cada uma com seu próprio emoji.
reactions-partly-added = { $done } de { $total } estão no seu pacote. O Telegram não aceitou as outras.
reactions-stopped =
    { $done ->
        [0] Parei. Nada foi para o seu pacote.
       *[other] Parei. { $done } de { $total } estão no seu pacote.
    }

# --- what I cannot use ---
send-a-selfie = Primeiro me mande uma selfie: um rosto, olhando para a câmera. As palavras vão embaixo da foto.
send-a-photo = Disso eu não consigo fazer uma figurinha. Me mande uma foto.
is-animation = Isso se mexe. Mande uma foto parada e eu faço dela uma figurinha.
is-sticker = Isso já é uma figurinha. Mande uma foto com um rosto e eu faço uma nova.
is-document = Desse arquivo eu não consigo fazer uma figurinha. Mande uma foto: JPEG, PNG, WebP ou HEIC.
unknown-command = Esse eu não conheço. /help mostra o que eu sei fazer.
words-style = { $style }, então, para esta foto.
words-emoji = Agora o emoji dela é { $emoji }.
words-emoji-refused = O Telegram não aceita { $emoji } em figurinhas. Outro emoji funciona.
words-thanks = De nada. Mande outra foto quando quiser.
words-greeting = Oi. Mande uma foto e vem mais uma figurinha.
words-unused = Não sei o que fazer com isso. Diga um estilo, como “quadrinhos”, ou mande outra foto. /style mostra os estilos.

# --- editing a sticker ---
button-edit = ✏️ Editar
button-text = 💬 Texto
button-no-text = ✖️ Sem texto
button-outline = 🖍 Borda
button-outline-auto = ✨ A do estilo
button-outline-none = 🚫 Nenhuma
button-outline-thin = Fina
button-outline-normal = Média
button-outline-thick = Grossa
button-emoji = 😀 Emoji
button-keywords = 🏷 Palavras-chave
button-no-keywords = ✖️ Sem palavras-chave
button-png = 🖼 Arquivo PNG
button-restore = ↩️ Voltar a esta
press-restored = A anterior voltou ao lugar.
press-same = Já está assim.
press-emoji = Toque nos que combinam ou responda à figurinha com os seus.
press-last-emoji = Uma figurinha precisa de pelo menos um emoji.
note-replaced = Ela tomou o lugar da antiga no seu pacote. Desfazer traz a antiga de volta.
text-ask = O que deve dizer? Responda com até { $most } caracteres.
text-coming = A sua figurinha vai dizer isso.
text-too-long = É longo demais para uma figurinha. Cabem { $most } caracteres.
text-unwritable = Aqui não tenho letras para { $letters }. Latino, cirílico e grego funcionam sempre.
keywords-ask = Com que palavras ela deve ser encontrada? Responda com até { $most }, separadas por vírgulas.
keywords-set = Encontrada por: { $words }
keywords-none = Não havia nenhuma palavra aí. Responda com palavras separadas por vírgulas.
keywords-too-many = O Telegram aceita { $most } palavras com { $chars } caracteres no total. Tente menos.
keywords-removed = Ela não tem mais palavras-chave.

# --- errors, by code ---
error-no-face = Não encontro um rosto aqui. Tente uma foto com boa luz, olhando para a câmera.
error-photo-empty = O arquivo está vazio. Mande a foto de novo.
error-photo-too-big = O arquivo passa de 20 MB. Mande como foto normal, aí fica pequeno o bastante.
error-photo-too-many-pixels = Essa imagem tem pixels demais para mim. Mande como foto normal.
error-photo-too-small = Essa imagem é pequena demais para ver um rosto. Mande uma maior.
error-photo-truncated = O arquivo está danificado ou incompleto. Mande a foto de novo.
error-photo-animated = Isso se mexe. Mande uma foto parada e eu faço dela uma figurinha.
error-not-a-photo = Desse arquivo eu não consigo fazer uma figurinha: não é uma foto que eu saiba ler. Servem JPEG, PNG, WebP e HEIC.
error-photo-gone = Essa foto eu já apaguei. Mande de novo e a gente continua.
error-file-gone = Essa eu já apaguei. Mande a foto de novo.
error-download-failed = Não consegui baixar sua foto do Telegram. Mande de novo.
error-too-many-jobs =
    { $limit ->
        [one] Desenho { $limit } figurinha por vez para você. Não peguei as outras fotos: mande de novo quando ela ficar pronta.
       *[other] Desenho { $limit } figurinhas por vez para você. Não peguei as outras fotos: mande de novo quando estas ficarem prontas.
    }
error-daily-limit =
    { $limit ->
        [one] Essa era a sua figurinha de hoje.
       *[other] Essas eram as suas { $limit } figurinhas de hoje.
    } { $hours ->
        [0] A próxima pode vir em { $minutes } min.
       *[other] A próxima pode vir em { $hours } h.
    }
error-queue-full = Tem gente demais querendo figurinhas agora. Tente daqui a alguns minutos.
error-no-such-job = Essa figurinha eu não tenho mais. Mande a foto de novo.
error-bad-seed = O seed é um número inteiro de 0 a 4294967295, por exemplo /seed 42. Com /seed random cada figurinha sai diferente.
error-unknown-style = Não conheço esse estilo. Estes são os que eu tenho:
error-style-gone = Esse estilo não existe mais. /style mostra os que eu tenho.
error-parameter-refused = Não posso usar esse ajuste aqui.
error-text-unwritable = Essas letras eu não consigo escrever numa figurinha aqui. Latinas, cirílicas e gregas sempre funcionam.
error-unsupported-model = Esse tipo de figurinha eu não desenho aqui.
error-engine-down = Não consigo desenhar agora. Tente mais tarde.
error-storage = Não consigo salvar nada agora. Tente daqui a alguns minutos.
not-stored-yet = Não consigo salvar nada agora. O que você enviou não se perde: cuido disso assim que puder.
error-busy = Estou com muito trabalho. Tente daqui a um minuto.
error-broken = Algo quebrou do meu lado, referência { $reference }. Já está anotado. Pode mandar a foto de novo.
error-pack-failed = O Telegram não aceitou a figurinha no seu pacote. Tente daqui a pouco.
error-user-unreachable = Ainda não chego ao seu pacote. Mande /start e tente de novo.
error-wait =
    { $seconds ->
        [one] O Telegram pede que eu espere { $seconds } segundo. Tente depois disso.
       *[other] O Telegram pede que eu espere { $seconds } segundos. Tente depois disso.
    }

# --- styles ---
style-choose = Seu estilo é { $style }. Qual você quer?
style-chosen = Certo, { $style }. Me mande uma foto.
style-for-photo = Qual estilo para esta foto?
model-current = Quem desenha é { $model }; os últimos botões mudam isso.
model-chosen = Certo, { $model }. Me mande uma foto, ou várias de uma vez.
model-face-to-sticker = 🎭 Figurinha
model-ip-adapter-face-id = 🪪 Face ID
model-photomaker = 📚 PhotoMaker
style-toon = Desenho animado
style-cel = Animação
style-comic = Quadrinhos
style-caricature = Caricatura
style-popart = Pop art
style-poster = Pôster
style-watercolour = Aquarela
style-pencil = Lápis
style-ink = Nanquim
style-neon = Neon
style-pixel = Pixel
style-photo = Foto

# --- groups ---
group-how = Responda a uma foto com /sticker e eu faço uma figurinha dela.
group-anonymous = Uma figurinha precisa de dono: escreva com a sua conta, não como grupo ou canal.
group-off = Tudo bem, fico em silêncio aqui. /sticker on me traz de volta.
group-on = Voltei. Responda a uma foto com /sticker.
group-only-admins = Só administradores podem fazer isso.
group-slow = São muitas figurinhas de uma vez. Tente de novo em um minuto.
group-no-stickers = Não posso enviar figurinhas aqui. Um administrador pode permitir.
guest-how = Responda a uma foto e me mencione, e eu faço uma figurinha dela.
guest-fetch = Sua figurinha está pronta.
button-fetch = ⬇️ Pegar a figurinha
button-agree = 👍 Foto minha, pode no pacote
button-remove = 🗑 Remover
press-agreed = Obrigado. Agora ela pode ir para o pacote.
press-not-author = Só quem enviou a foto pode dizer isso.
press-not-remove = Só quem pediu, quem enviou a foto e os administradores podem removê-la.
press-removed = Removida.
start-not-yours = Essa figurinha é de outra pessoa. Mande uma foto e você terá a sua.
privacy-groups = Em grupos, a foto de outra pessoa só vira uma figurinha naquele chat, e depois eu apago a foto. Ela só vai para um pacote se a pessoa concordar, e a pessoa pode removê-la.
command-sticker = Figurinha da foto que você responde

# --- seed ---
seed-is-fixed = Seu seed é { $seed }: a mesma foto dá a mesma figurinha.
seed-is-random = Cada figurinha sai um pouco diferente.
seed-how = /seed 42 mantém uma variação.
seed-last = Sua última figurinha tem o seed { $seed }.
button-keep-variation = 📌 Ficar com esta variação
button-keep-last = 📌 Ficar com esse
button-seed-random = 🎲 Um novo a cada vez
press-kept = Guardado. Todas as suas figurinhas saem assim agora; /seed muda isso.
press-seed-random = Cada figurinha volta a sair um pouco diferente.

# --- every style of one photo ---
progress-styles = Provando todos os estilos em você…
styles-add = Toque em um e ele vira uma figurinha nova.
styles-swap = Toque em um e ele fica no lugar da sua figurinha.
button-styles-swap = 🔄 Melhor trocar a figurinha
button-styles-add = ➕ Melhor como figurinha nova
press-is-in-pack = Ela já está no seu pacote.

# --- settings ---
settings = Seus ajustes, para todas as próximas figurinhas. Toque em um para mudar.
setting-saved = Salvo.
setting-style = Estilo
setting-style-about = O estilo das suas figurinhas. Uma palavra embaixo da foto vale mais, só para aquela foto.
setting-shape = Forma
setting-shape-about = Como você aparece na figurinha. Automática: recortada, e redonda onde isso não funciona.
setting-shape-auto = Automática
setting-outline = Contorno
setting-outline-about = A borda em volta de você. Pelo estilo: cada estilo tem a sua.
setting-outline-auto = pelo estilo
setting-outline-white = ⚪ branco
setting-outline-black = ⚫ preto
setting-outline-none = sem
setting-model = Modelo
setting-model-about = O que desenha suas figurinhas.
setting-speed = Desenho
setting-speed-about = Rápido faz menos passos, caprichado faz mais e demora mais.
setting-speed-normal = normal
setting-speed-quick = rápido
setting-speed-fine = caprichado
setting-likeness = Semelhança
setting-likeness-about = Quanto do seu rosto fica. Mais semelhança deixa menos espaço para o estilo.
setting-likeness-normal = normal
setting-likeness-less = menos
setting-likeness-more = mais
setting-strength = Força do estilo
setting-strength-about = Quanto eu sigo à risca o estilo e as suas palavras.
setting-strength-normal = normal
setting-strength-soft = leve
setting-strength-strong = forte
setting-pack = Para o pacote
setting-pack-about = Sozinhas: cada figurinha vai direto para o seu pacote. Quando eu pedir: ela vem com um botão que a adiciona. Todas as reações vão para o pacote de qualquer jeito.
setting-pack-on = sozinhas
setting-pack-off = quando eu pedir
setting-photo = Minha foto
setting-photo-about = Por quanto tempo guardo sua foto. Outra, Estilos e tudo o que a desenha de novo só funcionam nesse tempo. Nada: ela é apagada assim que a figurinha chega.
setting-photo-usual = { $hours } h
setting-photo-hour = 1 h
setting-photo-none = nada
setting-language = Idioma
setting-language-about = Qual idioma?
setting-news = Novidades
setting-news-about = De vez em quando, quem cuida deste bot escreve para todo mundo. Desligadas: para você não.
setting-news-on = ligadas
setting-news-off = desligadas
news-on = Você volta a receber novidades.
news-off = Chega de novidades. Em /settings elas voltam.
button-news-off = 🔕 Não quero mais
button-news-on = 🔔 Quero de novo

# --- key=value in a caption ---
parameter-unknown = Não existe “{ $name }”. Eu conheço { $nearest }.
parameter-useless = “{ $name }” não muda nada aqui. Eu conheço { $nearest }.
parameter-range = { $name } vai de { $least } a { $most }, não { $value }.
parameter-whole = { $name } é um número inteiro de { $least } a { $most }, não { $value }.
parameter-choice = { $name } é um destes: { $choices }, não { $value }.
parameter-kept = Ainda tenho sua foto: é só escrever de novo, corrigido.
button-without = ✨ Desenhar sem isso

# --- operators ---
operators-paused = Em pausa. As fotos são aceitas e esperam até /resume.
operators-is-paused = Em pausa. /resume continua.
operators-resumed = Continuando.
operators-not-paused = Não estou em pausa.
operators-chart = Os últimos { $days } dias, UTC: 🟦 terminadas, 🟥 delas com falha, 🟩 pessoas, 🟨 mediana de segundos da foto à figurinha.
operators-no-ban = Um operador não pode ser banido.
operators-banned =
    { $count ->
        [one] { $person } foi banido. { $count } figurinha cancelada.
       *[other] { $person } foi banido. { $count } figurinhas canceladas.
    }
operators-unbanned = { $person } pode voltar.
operators-not-banned = { $person } não está banido.
operators-whom = Escreva o número do Telegram, como /ban 1234, ou a referência de uma figurinha da pessoa, como /ban job 3f9a1c.
operators-no-job = Nenhuma figurinha tem essa referência. É o começo do número dela, como aparece numa mensagem ou no log.
banned = Você não pode mais usar este bot.
progress-paused = Recebi. Estou numa pausa; sua figurinha vem quando eu voltar.
press-paused = Estou numa pausa; ela vem quando eu voltar.
queue-paused = Estou numa pausa. Tudo vem quando eu voltar.
broadcast-empty = Escreva o que todos devem ler, como /broadcast Olá.
broadcast-ask =
    { $count ->
        [one] Fica assim. Enviar para { $count } pessoa?
       *[other] Fica assim. Enviar para { $count } pessoas?
    }
broadcast-sending = A caminho. No fim eu conto.
broadcast-dropped = Ninguém recebe.
button-broadcast-send = 📣 Enviar
button-broadcast-drop = ✖️ Para ninguém
broadcast-sent =
    { $count ->
        [one] { $count } pessoa recebeu.
       *[other] { $count } pessoas receberam.
    }
broadcast-blocked =
    { $count ->
        [one] { $count } bloqueou o bot.
       *[other] { $count } bloquearam o bot.
    }
broadcast-failed = Sem como alcançar: { $count }.
broadcast-begun = Não sei se chegou: { $count }. A conexão caiu, e nada foi enviado duas vezes.
alarm-queue = ⚠️ A figurinha mais antiga espera há { $minutes } min.
alarm-queue-over = ✅ A fila está curta de novo.
alarm-disk = ⚠️ O disco está quase cheio: restam { $megabytes } MB.
alarm-disk-over = ✅ O disco tem espaço de novo: { $megabytes } MB.
alarm-engine = ⚠️ O motor quebrou e foi reiniciado. Está carregando.
alarm-engine-over = ✅ O motor desenha de novo.
alarm-telegram-over = ⚠️ O Telegram ficou fora de alcance por { $minutes } min. ✅ Voltou.

# --- packs, queue ---
pack-none = Você ainda não tem figurinhas. Me mande uma selfie e vai ter.
pack-list =
    { $count ->
        [one] Você tem { $count } pacote:
       *[other] Você tem { $count } pacotes:
    }
pack-line =
    { $stickers ->
        [one] { $title } – { $stickers } figurinha
       *[other] { $title } – { $stickers } figurinhas
    }
queue-none = Não estou fazendo nada para você agora. Me mande uma foto.
queue-running = Sendo desenhada agora.
queue-waiting =
    { $ahead ->
        [0] É a próxima da fila.
       *[other] Na fila, com { $ahead } na frente.
    }
queue-fetching = Baixando a foto.
queue-drawn =
    { $count ->
        [one] { $count } está desenhada e espera pelo Telegram.
       *[other] { $count } estão desenhadas e esperam pelo Telegram.
    }
queue-adding = Indo para o seu pacote.
cancel-none = Não há nada para parar.
cancel-done =
    { $count ->
        [one] Parei { $count } figurinha.
       *[other] Parei { $count } figurinhas.
    }
cancel-drawn =
    { $count ->
        [one] { $count } já está desenhada e ainda vai chegar.
       *[other] { $count } já estão desenhadas e ainda vão chegar.
    }

# --- my packs ---
pack-takes-next = Sua próxima figurinha vem para cá.
pack-chosen = “{ $title }” recebe a sua próxima figurinha.
pack-ask-new = Como se chama o novo pacote?
pack-ask-title = Como “{ $title }” vai se chamar?
pack-title-refused = Um título tem de 1 a 64 letras. Mande outro.
pack-planned = “{ $title }” começa com sua próxima figurinha.
pack-renamed = Agora se chama “{ $title }”.
pack-delete-ask = Apagar “{ $title }” com todas as figurinhas? Não dá para recuperar.
pack-deleted = O pacote foi apagado.
pack-already-deleted = Esse pacote não existe mais.
news-planned-pack = É a primeira figurinha do seu novo pacote.
sticker-not-there = Essa figurinha não está mais no seu pacote.
sticker-ask-emoji = Agora é { $emoji }. Qual emoji vai ser? Podem ser vários.
sticker-no-emoji = Mande um emoji ou vários.
sticker-is-icon = Agora é o ícone do seu pacote.
sticker-place = Posição { $place } de { $total }.
sticker-about = É sua: { $emoji }
sticker-about-words = É sua: { $emoji } – encontre com { $words }
is-foreign-sticker = Essa figurinha não é de um pacote que eu fiz para você, então não posso mudá-la.
button-show-pack = 👀 Mostrar
button-share-pack = 📤 Compartilhar
button-send-sticker = 💬 Enviar
button-rename = ✏️ Renomear
button-delete-pack = 🗑 Apagar pacote
button-delete-really = 🗑 Sim, apagar
button-next-here = ⭐ Próxima figurinha aqui
button-new-pack = ➕ Novo pacote
button-all-packs = ‹ Todos
button-first = ⏮
button-before = ◀️
button-after = ▶️
button-last = ⏭
button-own-emoji = 😀 Emoji
button-own-keywords = 🏷 Palavras
button-icon = 🖼 Ícone
button-take-out = 🗑 Tirar
button-take-out-really = 🗑 Sim, tirar

# --- inline ---
button-inline-first = ✨ Faça sua primeira figurinha
button-inline-none = Nenhuma assim. Faça uma
button-inline-new = ✨ Fazer uma nova

# --- export ---
export-which = Qual pacote?
export-where = Para onde vai “{ $title }”?
export-packing = Empacotando { $done } de { $total }…
export-already = Já estou empacotando.
export-few = O WhatsApp aceita pacotes de 3 figurinhas ou mais; este tem { $count }.
export-empty = Não há figurinhas nele.
export-failed = O Telegram não me entrega as figurinhas agora. Tente daqui a pouco.
export-done-whatsapp = Para o WhatsApp: { $count } de { $total } figurinhas.
export-done-signal = Para o Signal: { $count } de { $total } figurinhas. O Signal no computador faz um pacote com elas.
button-export = ⬇️ WhatsApp, Signal
button-whatsapp = 🟢 WhatsApp
button-signal = 🔵 Signal
command-export = Suas figurinhas para WhatsApp ou Signal

# --- emoji mosaic ---
mosaic-done = Seu rosto em { $count } emojis. Com o Telegram Premium você pode escrevê-lo em qualquer lugar.
mosaic-deleted = Os emojis foram apagados.
button-mosaic = 🧩 Como emojis
button-open-emoji = 🧩 Abrir emojis
button-delete-emoji = 🗑 Apagar

# --- privacy ---
privacy =
    { $hours ->
        [0] Sua foto eu não guardo, como você escolheu: ela é apagada assim que a figurinha chega.
        [one] Guardo sua foto por { $hours } hora, para você poder pedir outra versão. Depois ela se apaga sozinha.
       *[other] Guardo sua foto por { $hours } horas, para você poder pedir outra versão. Depois ela se apaga sozinha.
    }
    O lugar onde foi tirada e outros dados escondidos eu descarto na hora.
    { $days ->
        [one] A figurinha pronta e suas palavras embaixo da foto ficam comigo por { $days } dia; seu estilo e seu ID do Telegram, até você pedir que eu esqueça.
       *[other] A figurinha pronta e suas palavras embaixo da foto ficam comigo por { $days } dias; seu estilo e seu ID do Telegram, até você pedir que eu esqueça.
    }
    Não passo nada disso a ninguém. Seus pacotes são outra história: quem tem o link de um pacote pode vê-lo. /forget apaga tudo o que eu guardo.
forget-ask = Apagar tudo o que eu sei sobre você? Suas fotos, suas figurinhas aqui e seus ajustes. Seus pacotes no Telegram ficam, a não ser que você os apague também.
forget-done = Pronto. Esqueci você. Mande uma foto quando quiser recomeçar.
forget-done-packs = Pronto. Esqueci você, e seus pacotes foram apagados.
forget-kept = Nada foi apagado.
consent = Suas figurinhas vão para um pacote que qualquer um com o link pode ver. /privacy
forget-packs =
    { $count ->
        [one] { $count } pacote
       *[other] { $count } pacotes
    }
forget-requests =
    { $count ->
        [one] { $count } pedido com suas palavras
       *[other] { $count } pedidos com suas palavras
    }
forget-stickers =
    { $count ->
        [one] { $count } figurinha
       *[other] { $count } figurinhas
    }
forget-photos =
    { $count ->
        [one] { $count } foto
       *[other] { $count } fotos
    }
forget-deleted = Apagado: { $what }.

# --- language ---
language-choose = Qual idioma?
language-chosen = Certo, em português.

# --- buttons ---
button-another = 🔁 Outra
button-style = 🎨 Estilos
button-badge = ⭕ Melhor redonda
button-cutout = ✂️ Melhor recortada
button-shape = ✂️ Forma
button-shape-bust = 👤 Retrato
button-shape-figure = 🧍 Corpo inteiro
button-shape-head = 🎈 Cabeção
button-shape-badge = ⭕ Redonda
button-back = ‹ Voltar
button-anyway = ✨ Fazer mesmo assim
button-reactions = 😂 Todas as reações
button-undo-all = ↩️ Desfazer todas
button-undo = ↩️ Desfazer
button-put-back = ➕ Pôr de volta
button-put-all-back = ➕ Pôr todas de volta
button-open-pack = 📦 Abrir o pacote
button-add = ➕ Tentar de novo
button-add-to-pack = ➕ Pôr no meu pacote
button-cancel = ✖️ Parar
button-forget = Apagar tudo
button-forget-packs = Apagar tudo e meus pacotes
button-keep = Manter tudo

# --- short answers to a press ---
press-drawing = Já vou.
press-already = Já estou desenhando.
press-already-all = Já estou nisso.
press-undone = Tirei do seu pacote.
press-already-undone = Ela já não estava no seu pacote.
press-all-there = Elas já estão no seu pacote.
press-undone-all = Todas saíram do seu pacote.
press-already-undone-all = Elas já não estavam no seu pacote.
press-back = Ela está de volta no seu pacote.
press-added = Agora está no seu pacote.
press-working = Um instante…
press-stopped = Parei.
press-too-late = Já está pronta.
press-stale = Esse botão não faz mais nada. Me mande uma foto.
press-not-yours = Esse botão é de outra pessoa.

# --- profile ---
about = Mande uma selfie, receba uma figurinha. Cada figurinha vai para o seu próprio pacote, pronta para qualquer conversa.
about-short = Transforma sua selfie em figurinha, num pacote só seu.
command-start = Dizer oi
command-style = Escolher seu estilo
command-seed = Manter uma variação
command-pack = Suas figurinhas
command-queue = No que estou trabalhando
command-cancel = Parar isso
command-language = Mudar o idioma
command-settings = Seus ajustes
command-privacy = O que eu guardo
command-forget = Apagar meus dados
command-help = Como funciona
command-stats = Os últimos dias
command-pause = Não desenhar nada novo
command-resume = Desenhar de novo
command-ban = Banir alguém
command-unban = Deixar voltar
command-job = O que houve com uma figurinha
command-broadcast = Escrever a todos
