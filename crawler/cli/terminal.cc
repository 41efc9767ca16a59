#include "crawler/cli/terminal.h"

#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <cstdint>
#include <cstdlib>

#include "parser/utf8.h"

namespace trawl::crawler {
namespace {

constexpr std::size_t kUsualColumns = 80;

/// The C library's table of widths, whatever the user's locale is. Runs on: one thread at a time.
class WidthTable {
 public:
  WidthTable() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) before_ = ::uselocale(utf8_);
  }
  ~WidthTable() {
    if (utf8_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(utf8_);
  }
  WidthTable(const WidthTable&) = delete;
  WidthTable& operator=(const WidthTable&) = delete;

  std::size_t Width(std::uint32_t code_point) const {
    int width = code_point < 0x80 || utf8_ == nullptr ? 1 : ::wcwidth(static_cast<wchar_t>(code_point));
    return width < 0 ? 1 : static_cast<std::size_t>(width);
  }

 private:
  locale_t utf8_, before_{};
};

/// Takes one character off the front of `text`; an ill-formed byte stands for itself.
std::uint32_t TakeCharacter(std::string_view& text) {
  auto lead = static_cast<unsigned char>(text[0]);
  std::size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length > text.size() || parser::Utf8Prefix(text.substr(0, length)) != length) length = 1;
  std::uint32_t code_point = length == 1 ? lead : lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    code_point = code_point << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  text.remove_prefix(length);
  return code_point;
}

/// Control characters of C0 and C1, and those that turn the direction of what follows.
bool SteersTerminal(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

Terminal Terminal::Of(int fd) {
  Terminal terminal;
  terminal.is_terminal = ::isatty(fd) == 1;
  if (!terminal.is_terminal) return terminal;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  terminal.colour =
      (no_colour == nullptr || *no_colour == '\0') && kind != nullptr && std::string_view(kind) != "dumb";
  winsize size{};
  terminal.columns = ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
  return terminal;
}

std::size_t DisplayWidth(std::string_view text) {
  if (parser::IsAscii(text)) return text.size();
  WidthTable table;
  std::size_t width = 0;
  while (!text.empty()) width += table.Width(TakeCharacter(text));
  return width;
}

std::string_view CutToWidth(std::string_view text, std::size_t columns) {
  if (parser::IsAscii(text)) return text.substr(0, columns);
  WidthTable table;
  std::string_view rest = text;
  std::size_t width = 0;
  while (!rest.empty()) {
    std::string_view before = rest;
    width += table.Width(TakeCharacter(rest));
    if (width > columns) return text.substr(0, text.size() - before.size());
  }
  return text;
}

std::string Printable(std::string_view text) {
  std::string scrubbed = parser::ScrubUtf8(text), printable;
  std::string_view rest = scrubbed;
  printable.reserve(rest.size());
  while (!rest.empty()) {
    std::string_view before = rest;
    std::uint32_t c = TakeCharacter(rest);
    if (!SteersTerminal(c)) {
      printable.append(before.substr(0, before.size() - rest.size()));
    } else if (c == '\n' || c == '\r' || c == '\t') {
      printable += ' ';
    } else {
      parser::AppendUtf8(0xfffd, printable);
    }
  }
  return printable;
}

}  // namespace trawl::crawler
