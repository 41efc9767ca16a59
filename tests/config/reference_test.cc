// config/trawl.toml is the manual: it must load, show every knob, and show each with its true default.

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "config/knobs.h"
#include "config/load.h"
#include "tests/support/catch.h"

using namespace trawl::config;

namespace {

std::string ReadReference() {
  std::ifstream file(std::string(TRAWL_SOURCE_DIR) + "/config/trawl.toml");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// "#key = value" becomes "key = value"; "# prose" stays.
std::string Uncomment(const std::string& text) {
  return std::regex_replace(text, std::regex("(^|\n)#(?=[a-z_.]+ = )"), "$1");
}

/// "#     key = value", an example within prose, becomes a setting.
std::string UncommentExamples(const std::string& text) {
  return std::regex_replace(text, std::regex("(^|\n)#     (?=[a-z_.]+ += |\\[\\[)"), "$1");
}

std::string AllMessages(const Loaded& loaded) {
  std::string text;
  for (const ConfigError& error : loaded.errors) text += error.ToString() + "\n";
  return text;
}

}  // namespace

TEST_CASE("The reference configuration loads as it is") {
  Loaded loaded = Load(ReadReference(), "trawl.toml");
  CHECK(AllMessages(loaded) == "");
  REQUIRE(loaded.options.targets.size() == 1);
  CHECK(loaded.options.targets[0].name == "example");
  CHECK(loaded.places.size() ==
        4);  // the target, its name, its seeds and the one seed: all else is commented
}

TEST_CASE("The reference shows every knob with its default") {
  Loaded loaded = Load(Uncomment(ReadReference()), "trawl.toml");
  REQUIRE(AllMessages(loaded) == "");
  Options defaults;
  for (const Knob<Options>& knob : OptionKnobs()) {
    INFO(knob.key);
    CHECK(loaded.places.contains(std::string(knob.key)));
    CHECK(ShowValue(knob.kind, knob.slot(loaded.options)) == ShowValue(knob.kind, knob.slot(defaults)));
  }
  Target target;
  for (const Knob<Target>& knob : TargetKnobs()) {
    INFO(knob.key);
    std::string value = ShowValue(knob.kind, knob.slot(target));
    if (value.empty() || knob.key == "name" || knob.key == "seeds") continue;  // no default: see the examples
    CHECK(loaded.places.contains("target[0]." + std::string(knob.key)));
    CHECK(ShowValue(knob.kind, knob.slot(loaded.options.targets[0])) == value);
  }
}

TEST_CASE("The examples within the reference are valid, and cover what has no default") {
  std::string text = UncommentExamples(ReadReference());
  REQUIRE(text != ReadReference());
  Loaded loaded = Load(text, "trawl.toml");
  CHECK(AllMessages(loaded) == "");
  for (const Knob<Target>& knob : TargetKnobs()) {
    INFO(knob.key);
    Target target;
    if (ShowValue(knob.kind, knob.slot(target)).empty())
      CHECK(loaded.places.contains("target[0]." + std::string(knob.key)));
  }
}

TEST_CASE("The example of an item rule shows every key that a rule and its fields have") {
  Loaded loaded = Load(UncommentExamples(ReadReference()), "trawl.toml");
  REQUIRE(loaded.options.targets.at(0).items.size() == 1);
  const ItemRule& rule = loaded.options.targets[0].items[0];
  REQUIRE(rule.fields.size() == 7);
  for (const Knob<ItemRule>& knob : ItemKnobs()) {
    INFO(knob.key);
    CHECK(loaded.places.contains("target[0].item[0]." + std::string(knob.key)));
  }
  for (const Knob<ItemField>& knob : FieldKnobs()) {
    INFO(knob.key);
    CHECK(std::any_of(rule.fields.begin(), rule.fields.end(), [&](const ItemField& field) {
      return loaded.places.contains("target[0].item[0].fields." + field.name + "." + std::string(knob.key));
    }));
    CHECK(knob.sentence.ends_with('.'));
  }
}

TEST_CASE("Every knob has a sentence, and a default that its own check accepts") {
  Options defaults;
  for (const Knob<Options>& knob : OptionKnobs()) {
    INFO(knob.key);
    CHECK(knob.sentence.ends_with('.'));
    std::string value = ShowValue(knob.kind, knob.slot(defaults));
    CHECK(AllMessages(Load(std::string(knob.key) + " = " + value, "default")) == "");
  }
  for (const Knob<Target>& knob : TargetKnobs()) CHECK(knob.sentence.ends_with('.'));
  std::string manual = KnobManual();
  CHECK_THAT(manual, Catch::Contains("politeness.delay = \"1s\"\n"));
  CHECK_THAT(manual, Catch::Contains("target.max_depth\n"));
}
