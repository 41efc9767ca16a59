#pragma once

#include <string_view>

#include "parser/url.h"

namespace trawl::parser {

/// One run of the basic URL parser (URL Standard 4.4), a function for each group of its states. Components
/// are written to the serialisation in their order, so that nothing is assembled twice. Runs on: any. Borrows
/// input and base for its life.
class UrlParser {
 public:
  /// `input` is valid UTF-8 without tabs, newlines and surrounding controls.
  UrlParser(std::string_view input, const Url* base) : rest_(input), base_(base) {}

  /// Returns false on failure; `url` is set on success only.
  bool Run(Url& url);

 private:
  bool StartWithScheme(std::size_t length);
  bool StartWithoutScheme();
  bool Authority();  ///< behind "//"
  bool HostAndPort(std::string_view text);
  bool Port(std::string_view digits);
  bool Relative();
  bool File();
  bool FileHost();  ///< behind "file://"
  bool OpaquePath();
  bool PathStart();
  bool Path();  ///< at the first byte of a segment; there is at least one, maybe empty
  bool QueryAndFragment();

  void BeginAuthority();  ///< writes "//" and sets the offsets to an empty host without credentials
  void EndAuthority() { url_.path_start_ = Size(); }
  void Credentials(std::string_view text);
  void CopyUpToPath();  ///< scheme, credentials, host and port of the base, whose scheme is ours
  void AppendSegment(std::string_view segment);
  void Shorten();
  void KeepPathFromHost();  ///< writes "/." before a path that without a host would read as one (4.5, step 3)
  std::string_view WrittenPath() const { return std::string_view(url_.href_).substr(url_.path_start_); }
  std::uint32_t Size() const { return static_cast<std::uint32_t>(url_.href_.size()); }
  bool StartsWithSlash() const { return !rest_.empty() && IsSlash(rest_.front()); }
  bool IsSlash(char c) const { return c == '/' || (special_ && c == '\\'); }
  bool BaseIsFile() const { return base_ && base_->Scheme() == "file"; }

  std::string_view rest_;  ///< what is still to be read
  const Url* base_;
  Url url_;
  bool special_ = false;
  bool file_ = false;
};

}  // namespace trawl::parser
