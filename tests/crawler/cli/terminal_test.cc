#include "crawler/cli/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include "config/unique_fd.h"
#include "tests/support/catch.h"

using namespace trawl;
using namespace trawl::crawler;

TEST_CASE("Display width counts what a terminal shows") {
  CHECK(DisplayWidth("") == 0);
  CHECK(DisplayWidth("plain") == 5);
  CHECK(DisplayWidth("na\xc3\xafve") == 5);
  CHECK(DisplayWidth("e\xcc\x81") == 1);                 // e and a combining acute
  CHECK(DisplayWidth("\xe4\xb8\xad\xe6\x96\x87") == 4);  // two wide characters
  CHECK(DisplayWidth("\xf0\x9f\x98\x80") == 2);          // an emoji
  CHECK(DisplayWidth("a\xff\xfe") == 3);                 // broken bytes take one each
  CHECK(DisplayWidth("\xe4\xb8") == 2);
}

TEST_CASE("A cut ends between two characters and never passes the width") {
  CHECK(CutToWidth("plain", 3) == "pla");
  CHECK(CutToWidth("plain", 9) == "plain");
  CHECK(CutToWidth("\xe4\xb8\xad\xe6\x96\x87", 3) == "\xe4\xb8\xad");
  CHECK(CutToWidth("\xe4\xb8\xad\xe6\x96\x87", 4) == "\xe4\xb8\xad\xe6\x96\x87");
  CHECK(CutToWidth("\xc3\xa9x", 0).empty());
}

TEST_CASE("Text from outside cannot steer the terminal") {
  CHECK(Printable("a\x1b[2Jb") == "a\xef\xbf\xbd[2Jb");
  CHECK(Printable("a\nb\tc\rd") == "a b c d");
  CHECK(Printable("\x7f") == "\xef\xbf\xbd");
  CHECK(Printable("\xc2\x9b"
                  "31m") ==
        "\xef\xbf\xbd"
        "31m");                                            // C1 control sequence introducer
  CHECK(Printable("x\xe2\x80\xaey") == "x\xef\xbf\xbdy");  // right-to-left override
  CHECK(Printable("\xff") == "\xef\xbf\xbd");
  CHECK(Printable(std::string_view("a\0b", 3)) ==
        "a\xef\xbf\xbd"
        "b");
  CHECK(Printable("na\xc3\xafve \xe4\xb8\xad") == "na\xc3\xafve \xe4\xb8\xad");
}

TEST_CASE("A file is no terminal") {
  UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  Terminal terminal = Terminal::Of(null.Get());
  CHECK_FALSE(terminal.is_terminal);
  CHECK_FALSE(terminal.colour);
  CHECK(terminal.columns == 0);
}
