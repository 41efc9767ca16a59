#include "parser/language_guess.h"

#include <string>
#include <utility>

#include "parser/document_kinds.h"
#include "tests/support/catch.h"
#include "tests/support/repeat.h"

using namespace trawl::parser;
using trawl::test::Repeat;

namespace {

// The first article of the Universal Declaration of Human Rights.
constexpr std::pair<const char*, const char*> kArticles[] = {
    {"en", "All human beings are born free and equal in dignity and rights."},
    {"de", "Alle Menschen sind frei und gleich an W\xC3\xBCrde und Rechten geboren."},
    {"fr", "Tous les \xC3\xAAtres humains naissent libres et \xC3\xA9gaux en dignit\xC3\xA9 et en droits."},
    {"es", "Todos los seres humanos nacen libres e iguales en dignidad y derechos."},
    {"it", "Tutti gli esseri umani nascono liberi ed eguali in dignit\xC3\xA0 e diritti."},
    {"nl", "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren."},
    {"fi", "Kaikki ihmiset syntyv\xC3\xA4t vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan."},
    {"hu",
     "Minden emberi l\xC3\xA9ny szabadon sz\xC3\xBCletik \xC3\xA9s egyenl\xC5\x91 "
     "m\xC3\xA9lt\xC3\xB3s\xC3\xA1ga "
     "\xC3\xA9s joga van."},
    {"ru",
     "\xD0\x92\xD1\x81\xD0\xB5 \xD0\xBB\xD1\x8E\xD0\xB4\xD0\xB8 "
     "\xD1\x80\xD0\xBE\xD0\xB6\xD0\xB4\xD0\xB0\xD1\x8E\xD1\x82\xD1\x81\xD1\x8F "
     "\xD1\x81\xD0\xB2\xD0\xBE\xD0\xB1\xD0\xBE\xD0\xB4\xD0\xBD\xD1\x8B\xD0\xBC\xD0\xB8."},
    {"he",
     "\xD7\x9B\xD7\x9C \xD7\x91\xD7\xA0\xD7\x99 \xD7\x94\xD7\x90\xD7\x93\xD7\x9D "
     "\xD7\xA0\xD7\x95\xD7\x9C\xD7\x93\xD7\x95 \xD7\x91\xD7\xA0\xD7\x99 "
     "\xD7\x97\xD7\x95\xD7\xA8\xD7\x99\xD7\x9F."},
    {"zh",
     "\xE4\xBA\xBA\xE4\xBA\xBA\xE7\x94\x9F\xE8\x80\x8C\xE8\x87\xAA\xE7\x94\xB1\xEF\xBC\x8C\xE5\x9C\xA8"
     "\xE5\xB0\x8A\xE4\xB8\xA5\xE5\x92\x8C\xE6\x9D\x83\xE5\x88\xA9\xE4\xB8\x8A\xE4\xB8\x80\xE5\xBE\x8B"
     "\xE5\xB9\xB3\xE7\xAD\x89\xE3\x80\x82"},
    {"ja",
     "\xE3\x81\x99\xE3\x81\xB9\xE3\x81\xA6\xE3\x81\xAE\xE4\xBA\xBA\xE9\x96\x93\xE3\x81\xAF\xE3\x80\x81"
     "\xE7\x94\x9F\xE3\x82\x8C\xE3\x81\xAA\xE3\x81\x8C\xE3\x82\x89\xE3\x81\xAB\xE3\x81\x97\xE3\x81\xA6"
     "\xE8\x87\xAA\xE7\x94\xB1\xE3\x81\xA7\xE3\x81\x82\xE3\x82\x8A\xE3\x80\x82"},
};

/// "language source" of a document.
std::string LanguageOf(std::string body) {
  Arena arena(16 << 20);
  PageJob job;
  job.url = "http://example.org/";
  job.body = std::move(body);
  const ParsedPage page = ParseDocument(job, arena);
  return std::string(page.language) + " " + std::string(Name(page.language_source));
}

}  // namespace

TEST_CASE("A sentence is enough to tell languages apart") {
  for (const auto& [code, sentence] : kArticles) {
    INFO(sentence);
    CHECK(GuessLanguage(sentence) == code);
  }
}

TEST_CASE("Too little text, no text and several languages at once have none") {
  for (const std::string& text :
       {std::string(), std::string("404 Not Found"), std::string("nginx/1.18"), Repeat("4711 0815 ", 200),
        Repeat("\xF0\x9F\x98\x80", 100), std::string(3000, ' ')})
    CHECK(GuessLanguage(text) == "");
  std::string mixed;
  for (const int i : {0, 1, 2, 3, 4, 5}) mixed += std::string(kArticles[i].second) + "\n";
  CHECK(GuessLanguage(mixed) == "");
}

TEST_CASE("Of a long text its middle counts, cut between characters wherever that is") {
  const std::string menu = Repeat("Startseite Nachrichten Wetter Impressum ", 40);
  for (int i = 0; i < 4; ++i) {
    const std::string text =
        menu + std::string(static_cast<std::size_t>(i), '.') + Repeat(kArticles[8].second, 60) + menu;
    CHECK(GuessLanguage(text) == "ru");
  }
}

TEST_CASE("The language of a page is the one that it declares, else that of its text, and it is told which") {
  const std::string german = std::string("<p>") + kArticles[1].second;
  CHECK(LanguageOf("<html lang=fr>" + german) == "fr declared");
  CHECK(LanguageOf("<meta http-equiv=content-language content=nl>" + german) == "nl declared");
  CHECK(LanguageOf("<meta charset=utf-8>" + german) == "de detected");
  // That it says nothing of its language is something else than that it says it is none.
  CHECK(LanguageOf("<html lang=''><meta charset=utf-8>" + german) == "de detected");
  CHECK(LanguageOf("<p>404") == " none");
  CHECK(LanguageOf("") == " none");
}
