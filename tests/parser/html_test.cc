#include "parser/html.h"

#include <string>
#include <vector>

#include "parser/fingerprint.h"
#include "parser/scan.h"
#include "parser/utf8.h"
#include "tests/support/catch.h"

using namespace trawl::parser;

namespace {

// Each link as "kind url", " [rel]" and " 'anchor'" where it has them, " !" for nofollow.
std::vector<std::string> LinesOf(const ParsedPage& page) {
  std::vector<std::string> lines;
  for (const ParsedLink& link : page.links) {
    std::string line = std::string(Name(link.kind)) + " " + std::string(link.url);
    if (!link.rel.empty()) line += " [" + std::string(link.rel) + "]";
    if (!link.anchor.empty()) line += " '" + std::string(link.anchor) + "'";
    if (!link.hreflang.empty()) line += " in " + std::string(link.hreflang);
    if (link.nofollow) line += " !";
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> StatementsOf(const ParsedPage& page) {
  std::vector<std::string> lines = {std::string(page.author), std::string(page.date),
                                    std::string(page.generator)};
  for (const Heading& heading : page.headings)
    lines.push_back("h" + std::to_string(heading.level) + " " + std::string(heading.text));
  for (const MetaProperty& property : page.properties)
    lines.push_back(std::string(property.name) + "=" + std::string(property.content));
  for (const std::string_view block : page.json_ld) lines.emplace_back(block);
  return lines;
}

void CheckSame(const ParsedPage& scan, const ParsedPage& tree) {
  CHECK(LinesOf(scan) == LinesOf(tree));
  CHECK(StatementsOf(scan) == StatementsOf(tree));
  CHECK(scan.text == tree.text);
  CHECK(scan.title == tree.title);
  CHECK(scan.base == tree.base);
  CHECK(scan.description == tree.description);
  CHECK(scan.canonical == tree.canonical);
  CHECK(scan.language == tree.language);
  CHECK(scan.noindex == tree.noindex);
  CHECK(scan.nofollow == tree.nofollow);
  CHECK(scan.refresh_ms == tree.refresh_ms);
  CHECK(scan.links_found == tree.links_found);
  CHECK(scan.links_truncated == tree.links_truncated);
  CHECK(scan.text_truncated == tree.text_truncated);
  CHECK(scan.words == tree.words);
  CHECK(scan.content_hash == tree.content_hash);
}

// A page read from `html` as if fetched from http://example.org/dir/page: scanned, and held against what is
// read off its tree.
class Read {
 public:
  explicit Read(std::string html, std::vector<std::string> product_tokens = {},
                Charset charset = Charset::kUtf8)
      : arena_(64 << 20), tree_arena_(64 << 20) {
    job_.url = "http://example.org/dir/page";
    job_.product_tokens = std::move(product_tokens);
    job_.body = std::move(html);
    page_ = ScanHtml(job_, job_.body, charset, arena_);
    CheckSame(page_, ParseHtml(job_, job_.body, charset, tree_arena_));
  }

  const ParsedPage* operator->() const { return &page_; }

  std::vector<std::string> links() const { return LinesOf(page_); }

 private:
  Arena arena_;
  Arena tree_arena_;
  PageJob job_;
  ParsedPage page_;
};

using Lines = std::vector<std::string>;

// What a scan gives where a tree copies or refuses.
struct Scan {
  Lines links;
  std::string title;
};

Scan Scanned(std::string_view html) {
  Arena arena(64 << 20);
  PageJob job;
  job.url = "http://example.org/";
  const ParsedPage page = ScanHtml(job, html, Charset::kUtf8, arena);
  return {LinesOf(page), std::string(page.title)};
}

}  // namespace

TEST_CASE("Links of every kind are found in document order, with rel, text and nofollow") {
  const Read page(R"(<!DOCTYPE html><head><link rel="Stylesheet  X" href=/s.css title="Main">
    <script src=s.js></script></head><body>
    <a href="one?a=1#frag" rel="NoFollow ugc"> One
      <b>two</b></a>
    <img src=i.png alt=" An  image ">
    <map><area href=/area alt=Area></map>
    <picture><source srcset="a.webp 1x, b.webp 2x"><img src=c.png srcset="d.png, e.png 300w"></picture>
    <iframe src=//other.example/f title=Frame></iframe>
    <video src=v.mp4 poster=p.jpg><track src=t.vtt></video><audio><source src=a.ogg></audio>
    <object data=o.swf></object><embed src=e.swf><input type=image src=in.png alt=Go>
    <form action=/search></form>)");
  CHECK(page.links() ==
        Lines{"link http://example.org/s.css [stylesheet x] 'Main'", "script http://example.org/dir/s.js",
              "a http://example.org/dir/one?a=1 [nofollow ugc] 'One two' !",
              "img http://example.org/dir/i.png 'An image'", "area http://example.org/area 'Area'",
              "source http://example.org/dir/a.webp", "source http://example.org/dir/b.webp",
              "img http://example.org/dir/c.png", "img http://example.org/dir/d.png",
              "img http://example.org/dir/e.png", "frame http://other.example/f 'Frame'",
              "media http://example.org/dir/v.mp4", "media http://example.org/dir/p.jpg",
              "media http://example.org/dir/t.vtt", "source http://example.org/dir/a.ogg",
              "object http://example.org/dir/o.swf", "object http://example.org/dir/e.swf",
              "img http://example.org/dir/in.png 'Go'", "form http://example.org/search"});
  CHECK(page->links_found == page->links.size());
  CHECK_FALSE(page->links_truncated);
}

TEST_CASE("What does not lead to http or https is no link") {
  const Read page(R"h(<a href="mailto:a@b">m</a><a href="JavaScript:void(0)">j</a><a href="java
script:x">j</a><img src="data:image/png;base64,AAAA"><a href="http://">bad</a><a href="ftp://x/">f</a><a>none</a>
    <img src=""><img src=" "><a name=x>y</a><a href="tel:1">t</a><form action=""></form><script>var a;</script>)h");
  CHECK(page.links() == Lines{});
  CHECK(page->links_found == 0);
}

TEST_CASE("An empty or fragment-only href leads to the page itself") {
  CHECK(Read("<a href=''>x</a><a href='#y'>z</a>").links() ==
        Lines{"a http://example.org/dir/page 'x'", "a http://example.org/dir/page 'z'"});
}

TEST_CASE("The query of a link is in the page's encoding, its path in UTF-8") {
  // URL Standard, percent-encode after encoding; KOI8-R has neither of the two characters.
  const std::string html = "<a href='/\xC3\xA9?q=\xC3\xA9&\xE2\x82\xAC#\xC3\xA9'>x</a>";
  const auto url = [&html](Charset charset) { return Read(html, {}, charset).links().at(0); };
  CHECK(url(Charset::kUtf8) == "a http://example.org/%C3%A9?q=%C3%A9&%E2%82%AC 'x'");
  CHECK(url(Charset::kUtf16le) == url(Charset::kUtf8));
  CHECK(url(Charset::kWindows1252) == "a http://example.org/%C3%A9?q=%E9&%80 'x'");
  CHECK(url(Charset::kKoi8R) == "a http://example.org/%C3%A9?q=%26%23233%3B&%26%238364%3B 'x'");
}

TEST_CASE("Links of a template are inert, those of noscript count") {
  CHECK(Read("<template><a href=/t>t</a></template><noscript><a href=/n>n</a></noscript>").links() ==
        Lines{"a http://example.org/n 'n'"});
}

TEST_CASE("The text of an image stands in the text of the link around it") {
  CHECK(Read("<a href=/x>see<img alt='the cat'>here</a>").links() ==
        Lines{"a http://example.org/x 'see the cat here'"});
  CHECK(Read("<a href=/x><div>one</div><div>two</div></a>").links() ==
        Lines{"a http://example.org/x 'one two'"});
}

TEST_CASE("The text of a hidden link is known, a script inside a link is not its text") {
  CHECK(Read("<div hidden><a href=/x>menu</a></div>").links() == Lines{"a http://example.org/x 'menu'"});
  CHECK(Read("<a href=/x>a<script>b</script><style>c</style>d</a>").links() ==
        Lines{"a http://example.org/x 'ad'"});
}

TEST_CASE("An anchor text is cut between two characters at its limit") {
  std::string text;
  for (std::size_t i = 0; i < kMaxAnchor; ++i) text += "\xC3\xA9";
  const Read page("<a href=/x>a" + text + "</a><a href=/y>" + text + "</a>");
  CHECK(page->links[0].anchor.size() == kMaxAnchor - 1);
  CHECK(page->links[1].anchor.size() == kMaxAnchor);
  CHECK(IsUtf8(page->links[0].anchor));
}

TEST_CASE("As many links as allowed are kept, one more is counted and told") {
  std::string html;
  for (std::size_t i = 0; i < kMaxLinks; ++i) html += "<a href=/" + std::to_string(i) + ">x</a>";
  const Read full(html);
  CHECK(full->links.size() == kMaxLinks);
  CHECK_FALSE(full->links_truncated);
  const Read more(html + "<a href=/more>x</a>");
  CHECK(more->links.size() == kMaxLinks);
  CHECK(more->links_found == kMaxLinks + 1);
  CHECK(more->links_truncated);
}

TEST_CASE("An SVG link is a link, an SVG title no title") {
  const Read page(
      "<body><svg><title>drawing</title><a href=/s><text>t</text></a><a xlink:href=/x>u</a></svg>");
  CHECK(page.links() == Lines{"a http://example.org/s 't'", "a http://example.org/x 'u'"});
  CHECK(page->title.empty());
  CHECK(page->text == "tu");
}

TEST_CASE("srcset: commas within URLs and parentheses, descriptors missing and odd") {
  // HTML 4.8.4.3.10.
  CHECK(Read("<img srcset='a,b.png 1x, c.png (x,y) 2x,,d.png,'>").links() ==
        Lines{"img http://example.org/dir/a,b.png", "img http://example.org/dir/c.png",
              "img http://example.org/dir/d.png"});
  CHECK(Read("<link rel=preload as=image imagesrcset='a.png, b.png 2x'>").links() ==
        Lines{"link http://example.org/dir/a.png", "link http://example.org/dir/b.png"});
}

TEST_CASE("The first base with an href counts, for links before it as well") {
  const Read page("<a href=x>1</a><base target=_top><base href=/other/><base href=/third/><a href=y>2</a>");
  CHECK(page.links() == Lines{"a http://example.org/other/x '1'", "a http://example.org/other/y '2'"});
  CHECK(page->base == "http://example.org/other/");
}

TEST_CASE("A base that is no URL, or a data or javascript one, is passed over") {
  // HTML 4.2.3, set the frozen base URL.
  for (const std::string href : {"http://", "data:text/html,x", "javascript:1"}) {
    const Read page("<base href='" + href + "'><base href=/second/><a href=x>1</a>");
    CHECK(page.links() == Lines{"a http://example.org/dir/x '1'"});
    CHECK(page->base.empty());
  }
}

TEST_CASE("A base that is not http leaves only absolute links") {
  CHECK(Read("<base href='ftp://example.org/x/'><a href=y>1</a><a href=http://a.example/>2</a>").links() ==
        Lines{"a http://a.example/ '2'"});
}

TEST_CASE("The title is the first one, its white space folded") {
  CHECK(Read("<title>\n A &amp; B\t C </title><title>second</title>")->title == "A & B C");
  CHECK(Read("<body><p>x<title>late</title>")->title == "late");
  CHECK(Read("<title></title><title>second</title>")->title.empty());
  CHECK(Read("<title>" + std::string(kMaxTitle, 't') + "</title>")->title.size() == kMaxTitle);
  CHECK(Read("<title>" + std::string(kMaxTitle + 1, 't') + "</title>")->title.size() == kMaxTitle);
}

TEST_CASE("Description, canonical and language") {
  const Read page(R"(<html lang=" pt-BR "><meta name=Description content="  A
    page "><meta name=description content=second><link rel="x CANONICAL" href="../c?b#f"><link rel=canonical href=/d>)");
  CHECK(page->description == "A page");
  CHECK(page->canonical == "http://example.org/c?b");
  CHECK(page->language == "pt-BR");
  CHECK(Read("<meta http-equiv=content-language content=de>")->language == "de");
  CHECK(Read("<meta http-equiv=content-language content='de, en'>")->language.empty());
  CHECK(Read("<html lang=''><meta http-equiv=content-language content=de>")->language.empty());
  CHECK(Read("<link rel=canonical href='mailto:x'>")->canonical.empty());
}

TEST_CASE("Robots meta: for all agents and for our own token, in any case") {
  struct Case {
    std::string meta;
    bool noindex, nofollow;
  };
  for (const auto& [meta, noindex, nofollow] :
       {Case{"name=robots content=noindex", true, false},
        Case{"name=ROBOTS content='NoFollow , noarchive'", false, true},
        Case{"name=robots content=none", true, true},
        Case{"name=robots content='index, follow'", false, false},
        Case{"name=trawl content='noindex,nofollow'", true, true},
        Case{"name=otherbot content=none", false, false},
        Case{"name=robots content='noindexes'", false, false}, Case{"name=robots", false, false}}) {
    INFO(meta);
    const Read page("<meta " + meta + ">", {"trawl"});
    CHECK(page->noindex == noindex);
    CHECK(page->nofollow == nofollow);
  }
}

TEST_CASE("The strictest of several robots metas holds") {
  const Read page("<meta name=robots content=noindex><meta name=robots content='index,nofollow'>");
  CHECK(page->noindex);
  CHECK(page->nofollow);
}

TEST_CASE("A meta refresh is a link with its wait: the first one counts, none inside noscript") {
  const Read page(
      "<meta http-equiv=Refresh content='5; URL=\"next\"'><meta http-equiv=refresh content='0;url=x'>");
  CHECK(page.links() == Lines{"meta-refresh http://example.org/dir/next"});
  CHECK(page->refresh_ms == 5000U);
  CHECK(Read("<noscript><meta http-equiv=refresh content='0;url=x'></noscript>").links() == Lines{});
  CHECK_FALSE(Read("<meta http-equiv=refresh content=5>")->refresh_ms.has_value());
}

TEST_CASE("What stands in noscript is nothing the page says of itself, wherever a tree builder puts it") {
  const Read page(
      R"(<head><noscript id=n><base href=/b/><meta name=robots content=none><title>no</title>Turn scripts
    on<img src=i.png><a href=x>text</a></noscript><title>yes</title></head><body>seen<noscript>not</noscript>too)");
  CHECK(page.links() == Lines{"img http://example.org/dir/i.png", "a http://example.org/dir/x 'text'"});
  CHECK(page->base.empty());
  CHECK_FALSE(page->noindex);
  CHECK(page->title == "yes");
  CHECK(page->text == "seentoo");
}

TEST_CASE("Text: blocks are lines, paragraphs have an empty line, cells are parted by tabs") {
  CHECK(Read("<title>t</title><h1>Head</h1><p>One  \n two</p><p>Three<br>four</p><div>a<div>b</div>c</div>")
            ->text == "Head\n\nOne two\n\nThree\nfour\n\na\nb\nc");
  CHECK(Read("<table><tr><td>1</td> <td>2</td></tr>\n<tr><th>3</th><td>4</td></tr></table>")->text ==
        "1\t2\n3\t4");
  CHECK(Read("<ul><li>a<li>b<ul><li>c</ul></ul>d")->text == "a\nb\nc\nd");
  CHECK(Read("a <b> b </b> c<i>d</i>")->text == "a b cd");
}

TEST_CASE("Preformatted text keeps its spaces and lines") {
  CHECK(Read("x<pre>\n  a\n    b\n\n</pre>y")->text == "x\n\n  a\n    b\n\ny");
}

TEST_CASE("Only a line end right behind the tag is no part of preformatted text") {
  CHECK(Read("<pre>\r\n\na</pre>")->text == "a");
  CHECK(Read("x<pre>\n\n a</pre>")->text == "x\n\n\n a");
  CHECK(Read("x<pre><b></b>\na</pre>")->text == "x\n\n\na");
  CHECK(Read("x<pre><!-- -->\na</pre>")->text == "x\n\n\na");
  CHECK(Read("x<textarea>\n\n a</textarea>")->text == Read("x<textarea>\r\n\n a</textarea>")->text);
}

// A tag that the tokenizer may leave out, its attributes written in every way, hiding or not.
TEST_CASE("A tag without a meaning of its own hides its content when it says so, however it is written") {
  for (const std::string name : {"span", "b", "my-own-element", "ruby", "code", "p", "div", "li", "td"}) {
    for (const std::string before : {"", " class=\"x y\"", " class=x", " a=\"1>2\" data-long-name-of-it=\"\"",
                                     "\tid='q'", " hid=\"\"", " data-style=\"display:none\""}) {
      for (const std::string hides : {" hidden", " HIDDEN=\"\"", " hidden=\"\"", " /hidden",
                                      " style=\"display:none\"", " Style='visibility: hidden'"}) {
        for (const std::string behind : {"", " class=\"z\"", " ", "/", " /", " title=t"}) {
          const std::string tag = name + before + hides + behind;
          INFO(tag);
          const std::string html =
              "<table><tr><" + tag + ">in<span class=\"i\">ner</span>most</" + name + ">out";
          CHECK(Read(html)->text.find("in") == std::string_view::npos);
          CHECK(Read(html)->text.find("out") != std::string_view::npos);
        }
      }
      const Read shown("a<" + name + before + ">b<i class=\"c\">c</i>d</" + name + ">e");
      INFO(name << before);
      CHECK(shown->text.find("bcd") != std::string_view::npos);
    }
  }
}

TEST_CASE("A tag leaves SVG and MathML, or stays, with whatever attributes it has") {
  for (const std::string tag :
       {"<span class=\"x\">", "<font class=\"x\">", "<font color=\"red\">", "<g class=\"x\">", "<p id=\"p\">",
        "<annotation-xml encoding=\"text/html\">"}) {
    for (const std::string root : {"svg", "math"}) {
      INFO(root << tag);
      const Read page("<" + root + " class=\"r\">" + tag + "<title>t</title><a href=\"u\">x</a></" + root +
                      ">y");
      CHECK(page->links_found == 1);
    }
  }
}

TEST_CASE("What a browser does not show is not in the text") {
  for (const std::string html :
       {"<script>x</script>", "<style>x</style>", "<template>x</template>", "<noscript>x</noscript>",
        "<div hidden>x<p>y</p></div>", "<p style='color:red; DISPLAY : none'>x</p>",
        "<p style='visibility:hidden!important'>x</p>", "<!-- x -->", "<iframe>x</iframe>",
        "<datalist><option>x</datalist>", "<dialog>x</dialog>", "<video>x</video>", "<noframes>x</noframes>",
        "<svg><desc>x</desc></svg>"}) {
    INFO(html);
    CHECK(Read("a " + html + "b")->text.find('x') == std::string::npos);
  }
  CHECK(Read("<dialog open>x</dialog>")->text == "x");
  CHECK(Read("<p style='display:block'>x</p>")->text == "x");
  CHECK(Read("<div hidden><p>x</div><p>seen")->text == "seen");
}

TEST_CASE("Words are what has a letter or a digit") {
  CHECK(Read("<p>One, two - 3 &mdash; caf&eacute;<p>!")->words == 5);
  CHECK(Read("")->words == 0);
}

TEST_CASE("The content hash is of the text, of the body where there is none") {
  CHECK(Read("<p>same</p>")->content_hash == Read("<div class=x>same</div>")->content_hash);
  CHECK(Read("<p>same</p>")->content_hash == HashContent("same"));
  CHECK(Read("<img src=a>")->content_hash == HashContent("<img src=a>"));
}

TEST_CASE("Without links or text asked for, neither is made") {
  Arena arena(16 << 20);
  PageJob job;
  job.url = "http://example.org/";
  job.body = "<title>t</title><a href=/x>text</a>";
  job.want_links = job.want_text = false;
  const ParsedPage page = ParseHtml(job, job.body, Charset::kUtf8, arena);
  CHECK(page.title == "t");
  CHECK(page.links.empty());
  CHECK(page.text.empty());
  CHECK(page.content_hash == HashContent(job.body));
}

TEST_CASE("Text past its limit is cut between two characters and told") {
  std::string body(kMaxText - 1, 'x');
  CHECK_FALSE(Read(body + "y")->text_truncated);
  const Read page(body + "\xC3\xA9");
  CHECK(page->text_truncated);
  CHECK(page->text == body);
}

TEST_CASE("Whatever reference a page writes, its strings are UTF-8") {
  using namespace std::string_literals;
  const Read page(
      "<title>&#xD800;&#x110000;&#0;\0</title><p>&#xDFFF;&#x80;\0<a href='&#xD800;'>&NotEqualTilde;"s);
  for (const std::string_view text : {page->title, page->text, page->links.at(0).anchor}) CHECK(IsUtf8(text));
}

TEST_CASE("What a page says for other programs is gathered: properties, JSON-LD, author, date, generator") {
  const Read page(
      R"(<head><meta property=og:title content=" A &amp; B "><meta name=twitter:card content=summary>
    <meta name=DC.date content=2020><meta property=article:published_time content=2024-02-29>
    <meta name=author content="An  Author"><meta name=generator content=hand><meta name=viewport content=x>
    <script type="application/ld+json; charset=utf-8"> {"a":"&amp;</b>"} </script><script>var x;</script>
    <noscript><meta property=og:no content=x></noscript><template><meta property=og:no content=x></template>)");
  CHECK(StatementsOf(*page.operator->()) ==
        Lines{"An Author", "2024-02-29", "hand", "og:title=A & B", "twitter:card=summary", "DC.date=2020",
              "article:published_time=2024-02-29", R"({"a":"&amp;</b>"})"});
}

TEST_CASE("Headings that are shown are told with their levels") {
  const Read page(R"(<h1> One <b>bold</b><br>line</h1><h2 hidden>no</h2><h6>six<h3>three</h2>
    <noscript><h4>no</h4></noscript><div style="display:none"><h5>no</h5></div><h2></h2>)");
  CHECK(StatementsOf(*page.operator->()) ==
        Lines{"", "", "", "h1 One bold line", "h6 six", "h3 three", "h2 "});
}

TEST_CASE("A link tells the language of its target") {
  const Read page("<link rel=alternate hreflang=de href=/de><a hreflang=' fr ' href=/fr>fr</a>");
  CHECK(page.links() ==
        Lines{"link http://example.org/de [alternate] in de", "a http://example.org/fr 'fr' in fr"});
}

TEST_CASE("A link's text goes on where a browser opens it anew, and ends with its cell") {
  CHECK(Scanned("<p><a href=/1>one<p>two</a>three").links == Lines{"a http://example.org/1 'one two'"});
  CHECK(Scanned("<table><tr><td><a href=/1>one<td>two</table>three").links ==
        Lines{"a http://example.org/1 'one'"});
  CHECK(Scanned("<a href=/1>one<div>two<a href=/2>three</div>four").links ==
        Lines{"a http://example.org/1 'one two'", "a http://example.org/2 'three four'"});
}

TEST_CASE("What is deeper than browsers nest is read nevertheless") {
  std::string html;
  for (int i = 0; i < 2000; ++i) html += "<div><a href=/" + std::to_string(i) + ">x</a>";
  const Scan page = Scanned(html + "<title>t</title>");
  CHECK(page.links.size() == 2000);
  CHECK(page.links.back() == "a http://example.org/1999 'x'");
  CHECK(page.title == "t");
}
