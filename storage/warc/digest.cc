#include "storage/warc/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace trawl::storage {

std::string WarcDigest(std::initializer_list<std::string_view> pieces) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::array<unsigned char, 32> hash{};
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (const std::string_view piece : pieces)
    good = good && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
  if (!good || EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) != 1) std::abort();  // no memory

  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text = "sha256:";
  unsigned bits = 0;
  int held = 0;
  for (const unsigned char byte : hash) {
    bits = (bits << 8) | byte;
    for (held += 8; held >= 5; held -= 5) text += kAlphabet[(bits >> (held - 5)) & 31];
  }
  if (held > 0) text += kAlphabet[(bits << (5 - held)) & 31];
  return text;
}

}  // namespace trawl::storage
