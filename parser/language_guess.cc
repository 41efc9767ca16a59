#include "parser/language_guess.h"

#include <cstdio>  // compact_lang_det.h needs it and does not say so

#include <cld2/public/compact_lang_det.h>

#include "parser/utf8.h"

namespace trawl::parser {
namespace {

// A piece of at most kGuessedBytes, of whole characters.
std::string_view Middle(std::string_view text) {
  if (text.size() <= kGuessedBytes) return text;
  text.remove_prefix((text.size() - kGuessedBytes) / 2);
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80) text.remove_prefix(1);
  return CutUtf8(text, kGuessedBytes);
}

}  // namespace

std::string_view GuessLanguage(std::string_view text) {
  const std::string_view piece = Middle(text);
  CLD2::Language languages[3];
  int shares[3];
  double scores[3];
  int bytes = 0;
  bool reliable = false;
  const CLD2::Language language =
      CLD2::ExtDetectLanguageSummary(piece.data(), static_cast<int>(piece.size()), true, nullptr, 0,
                                     languages, shares, scores, nullptr, &bytes, &reliable);
  if (!reliable || language == CLD2::UNKNOWN_LANGUAGE || language != languages[0] ||
      shares[0] < kMinLanguageShare)
    return {};
  const std::string_view code = CLD2::LanguageCode(language);
  // Codes that ISO 639 has given up.
  if (code == "iw") return "he";
  if (code == "jw") return "jv";
  return code;
}

}  // namespace trawl::parser
