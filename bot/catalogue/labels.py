"""Which link texts name nothing: "here", "read more", "slides", in the languages of many lists."""

import re

MARKS = " -\N{EN DASH}\N{EM DASH}:,;."
"""What stands around words and is no part of them."""

_GENERIC = frozenset(
    line.strip()
    for words in (
        "article|check it out|check out|click|click here|details|go|here|homepage|info|learn more"
        "|link|links|more|more info|official site|official website|open|page|post|read|read it"
        "|read more|read this|see here|see more|site|source|this|this article|this link|this one"
        "|this page|this post|url|view|visit|watch|watch it|web|web page|website",
        # Spanish, Portuguese, French, Italian
        "acá|aquí|clic aquí|enlace|haga clic aquí|haz clic aquí|leer más|más|más información"
        "|página|sitio oficial|sitio web|ver|ver más",
        "aqui|clique aqui|leia mais|ler mais|ligação|mais|saiba mais|site oficial|veja aqui"
        "|veja mais|ver mais",
        "cliquer ici|cliquez ici|en savoir plus|ici|lien|lire|lire la suite|par ici|site officiel"
        "|voir|voir ici",
        "clicca qui|collegamento|leggi|leggi tutto|qui|scopri di più|sito|sito ufficiale|vai",
        # German, Dutch, Polish, Turkish
        "hier|hier klicken|klick hier|klicke hier|mehr|siehe hier|webseite|weiterlesen|zur seite",
        "klik hier|lees meer|meer",
        "czytaj więcej|kliknij tutaj|strona|tu|tutaj|więcej",
        "bağlantı|buradan|burada|buraya tıklayın|devamını oku|tıklayın",
        # Russian, Ukrainian
        "жми|здесь|источник|нажмите здесь|по ссылке|подробнее|сайт|ссылка|тут|читать|читать далее",
        "детальніше|джерело|посилання|читати|читати далі",
        # Vietnamese, Indonesian
        "tại đây|xem|xem thêm|ở đây|di sini|klik di sini|selengkapnya|tautan",
        # Chinese, simplified and traditional
        "主页|传送门|地址|官方网站|官网|戳我|戳这里|更多|查看|查看更多|查看详情|来源|点我|点击|点击查看"
        "|点击这里|点这里|网址|网站|详情|请点击这里|这个链接|这里|链接|链接地址|阅读|阅读原文|阅读更多|原文"
        "|原文链接|在线阅读",
        "主頁|傳送門|地址|官方網站|官網|戳我|查看|連結|鏈接|這裡|這個連結|點我|點擊這裡|點此|點這裡|網址|網站"
        "|詳情|閱讀更多",
        # Japanese, Korean
        "ここ|ここをクリック|こちら|サイト|ページ|もっと見る|リンク|公式サイト|続きを読む|詳しくはこちら"
        "|詳細",
        "공식 사이트|더 보기|더보기|링크|바로가기|사이트|여기|여기를 클릭|이곳|자세히|홈페이지",
        # Arabic, Persian, Hebrew, Hindi
        "اضغط هنا|الرابط|المزيد|المصدر|الموقع|اقرأ المزيد|رابط|من هنا|هنا",
        "اینجا|اینجا کلیک کنید|لینک|پیوند",
        "כאן|לחץ כאן|לחצו כאן|קישור",
        "यहाँ|यहां|यहाँ क्लिक करें|लिंक",
    )
    for line in words.split("|")
)
# Those that name a part or a form of what they stand beside, or who has it.
_PART = re.compile(
    r"(?:(?:the )?(?:alt|alternative|arxiv|audio|blog(?: post)?|book|chat|code|demo|discussion|docs"
    r"|documentation|download|epub|exercises|forum|github|html|lecture notes|mirror|mobi|notes"
    r"|paper|pdf"
    r"|playlist|poster|repo|repository|review|slides|solutions?|source code|syllabus|talk"
    r"|transcript|tutorial|tweet|video|videos|wiki|youtube|archive|archived|web archive|preview))"
    r"|(?:part|chapter|lecture|week|day|vol|volume|section|lesson|episode|ch) ?[0-9ivx]+"
    r"|código|descargar|diapositivas|vídeos?"
    r"|code source|diaporama|télécharger|vidéos?|folien|herunterladen|quellcode"
    r"|видео|исходный код|исходники|код|скачать|слайды|статья"
    r"|b站|下载|中文版|书评|代码|仓库|幻灯片|文档|源代码|源码|英文版|视频|豆瓣|论文|讲义|课件|知乎|电子书"
    r"|下載|文件|程式碼|影片|投影片|論文|講義"
    r"|コード|スライド|ソース|ソースコード|ダウンロード|ビデオ|動画|資料"
    r"|논문|다운로드|동영상|문서|소스|소스코드|슬라이드|영상|코드",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")


def is_empty_title(words: str) -> bool:
    """Return whether a title does not say what it is the title of: "here", "slides"."""
    return is_generic(words) or is_part(words)


def is_generic(label: str) -> bool:
    """Return whether a link text says no more than that there is a link."""
    words = label.casefold().strip(
        f"{MARKS}[]()!\N{RIGHTWARDS ARROW}\uff1a\u3002\u300b\u3010\u3011"
    )
    return words in _GENERIC or words.isdecimal() or is_address(label) or not _WORD.search(label)


def is_part(label: str) -> bool:
    """Return whether a link text only names a part or a form of what it stands beside."""
    return _PART.fullmatch(label.strip(f"{MARKS}[]()\u3010\u3011")) is not None


def is_address(label: str) -> bool:
    """Return whether a link shows its address."""
    return "://" in label or label.startswith("www.")
