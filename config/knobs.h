#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/options.h"

// The table of knobs: everything that reads, checks, prints or explains a configuration goes through these
// rows. A new knob is a field in config/options.h (with its default), a row in knobs.cc and a paragraph in
// trawl.toml.

namespace trawl::config {

using TextList = std::vector<std::string>;
using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// Where a knob's value stands. An optional is empty when a target takes the section's value.
using Slot = std::variant<bool*, std::uint32_t*, std::uint64_t*, Duration*, Bytes*, std::string*, TextList*,
                          TextPairs*, PrivateAddresses*, RobotsPolicy*, Durability*, LinkStorage*,
                          BodyStorage*, SandboxPolicy*, ScopeKind*, SitemapSources*, FieldType*,
                          std::optional<bool>*, std::optional<std::uint32_t>*, std::optional<Duration>*,
                          std::optional<Bytes>*, std::optional<RobotsPolicy>*, std::optional<std::string>*>;

using TextCheck = std::string (*)(std::string_view text);
using PairCheck = std::string (*)(std::string_view name, std::string_view value);

// What may stand there.
struct FlagKind {};
struct CountKind {
  std::int64_t min, max;
};
struct TimeKind {
  Duration min, max;
};
struct SizeKind {
  Bytes min, max;
};
/// One of the words; the enum's values count from 0 in their order.
struct ChoiceKind {
  std::span<const std::string_view> words;
};
struct TextKind {
  TextCheck check;
};
struct ListKind {
  TextCheck check;       ///< of each item
  bool numbers = false;  ///< an item may be a whole number too, which is checked as text
};
/// All (true), none (false) or those that are listed.
struct SourcesKind {
  TextCheck check;  ///< of each item
};
struct PairsKind {
  PairCheck check;  ///< of each entry
};
using Kind = std::variant<FlagKind, CountKind, TimeKind, SizeKind, ChoiceKind, TextKind, ListKind,
                          SourcesKind, PairsKind>;

/// One knob of an Options or of a Target.
template <class Owner>
struct Knob {
  std::string_view key;  ///< "politeness.delay"; for a Target without the leading "target."
  Kind kind;
  Slot (*slot)(Owner& owner);
  std::string_view sentence;  ///< unit and trade-off, for people
  bool secret = false;        ///< may hold a password, so no report shows its value
};

std::span<const Knob<Options>> OptionKnobs();
std::span<const Knob<Target>> TargetKnobs();
/// The keys of a [[target.item]], but for its fields, and those of one field.
std::span<const Knob<ItemRule>> ItemKnobs();
std::span<const Knob<ItemField>> FieldKnobs();

/// "a whole number from 1 to 100", "a duration such as ...": ends a message about a wrong value.
std::string Allowed(const Kind& kind);

/// The value as TOML, e.g. `"250ms"`, `true`, `[]`. Empty for an optional without a value.
std::string ShowValue(const Kind& kind, const Slot& slot);

/// Gives `to` the value of `from`, of the same knob.
void CopyValue(const Slot& from, const Slot& to);

/// A text as a TOML basic string, quotes and all.
std::string Quoted(std::string_view text);

/// What differs from the defaults, as TOML, a line each. A secret value reads "(hidden)".
std::string ShowOptions(const Options& options);

/// The manual of all knobs, a paragraph each: key, default, what is allowed, sentence. Wrapped at 100
/// columns.
std::string KnobManual();

}  // namespace trawl::config
