#include "crawler/cli/manual.h"

#include <cstdio>
#include <memory>
#include <vector>

#include "config/knobs.h"
#include "crawler/cli/commands.h"
#include "crawler/cli/exit_codes.h"
#include "crawler/version.h"

namespace trawl::crawler {
namespace {

/// Text as roff prints it: no letter of it is a request or an escape.
std::string Roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

std::string Verbatim(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return ".nf\n" + Roff(text) + "\n.fi\n";
}

std::string Head(const std::string& name, const std::string& section, const std::string& line) {
  return ".TH \"" + name + "\" \"" + section + "\" \"\" \"Trawl " + std::string(Version()) +
         "\" \"Trawl\"\n.SH NAME\n" + Roff(name) + " \\- " + Roff(line) + "\n";
}

/// The arguments of a command, declared as they are when it runs.
std::unique_ptr<CommandLine> Declared(const Command& command) {
  auto line = std::make_unique<CommandLine>(std::string(command.name), std::string(command.line),
                                            std::string(command.manual));
  command.define(*line);
  return line;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string KeysForSet() {
  std::vector<std::string> keys;
  for (const auto& knob : config::OptionKnobs()) keys.push_back(std::string(knob.key) + "=");
  for (const auto& knob : config::TargetKnobs()) keys.push_back("target." + std::string(knob.key) + "=");
  return Joined(keys);
}

std::string Names() {
  std::vector<std::string> names;
  for (const Command& command : Commands()) names.emplace_back(command.name);
  return Joined(names);
}

std::string Bash() {
  std::string script =
      "# Completion of trawl for bash.\n_trawl() {\n  local word=${COMP_WORDS[COMP_CWORD]} "
      "before=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  if [ \"$COMP_CWORD\" = 1 ]; then COMPREPLY=($(compgen -W '" +
      Names() +
      " --help --version' -- \"$word\")); return; fi\n"
      "  if [ \"$before\" = --set ]; then compopt -o nospace; COMPREPLY=($(compgen -W '" +
      KeysForSet() +
      "' -- \"$word\")); return; fi\n  if [[ $word != -* ]]; then COMPREPLY=($(compgen -f -- \"$word\")); "
      "return; fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const Command& command : Commands())
    script += "    " + std::string(command.name) + ") COMPREPLY=($(compgen -W '" +
              Joined(Declared(command)->OptionNames()) + "' -- \"$word\")) ;;\n";
  return script + "  esac\n}\ncomplete -F _trawl trawl\n";
}

std::string Zsh() {
  std::string script =
      "#compdef trawl\n# Completion of trawl for zsh.\n_trawl() {\n"
      "  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  for (const Command& command : Commands())
    script += "      '" + std::string(command.name) + ":" + std::string(command.line) + "'\n";
  script +=
      "    )\n    _describe command commands\n    return\n  fi\n  if [[ $words[CURRENT-1] == --set ]]; then "
      "compadd -S '' -- " +
      KeysForSet() + "; return; fi\n  if [[ $PREFIX != -* ]]; then _files; return; fi\n  case $words[2] in\n";
  for (const Command& command : Commands())
    script += "    " + std::string(command.name) + ") compadd -- " +
              Joined(Declared(command)->OptionNames()) + " ;;\n";
  return script + "  esac\n}\n_trawl \"$@\"\n";
}

std::string Fish() {
  std::string script = "# Completion of trawl for fish.\n";
  for (const Command& command : Commands()) {
    const std::string name(command.name);
    script += "complete -c trawl -n __fish_use_subcommand -f -a " + name + " -d '" +
              std::string(command.line) + "'\n";
    const std::string inside = "complete -c trawl -n '__fish_seen_subcommand_from " + name + "' ";
    for (const std::string& option : Declared(command)->OptionNames()) {
      const bool is_long = option.starts_with("--");
      script += inside + (is_long ? "-l " + option.substr(2) : "-s " + option.substr(1));
      if (option == "--set") script += " -x -a '" + KeysForSet() + "'";
      script += "\n";
    }
  }
  return script;
}

int Print(const std::string& text) {
  return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0 ? kExitDone : kExitIo;
}

}  // namespace

std::string ProgramPage() {
  std::string page = Head("trawl", "1", "a web crawler whose crawl is a database");
  page += ".SH SYNOPSIS\n.B trawl\n.I COMMAND\n[ARGUMENTS]\n.SH DESCRIPTION\n" + Verbatim(ProgramManual());
  page += ".SH COMMANDS\n";
  for (const Command& command : Commands())
    page += ".SS " + std::string(command.name) + "\n" + Verbatim(Declared(command)->Help());
  return page + ".SH SEE ALSO\n.BR trawl.toml (5)\n";
}

std::string ConfigPage() {
  return Head("trawl.toml", "5", "configuration of the web crawler trawl") +
         ".SH DESCRIPTION\nTOML 1.0: sections and, for each site or topic, a [[target]]. Only targets have "
         "to be "
         "there.\nEach key is listed with its default; those that begin with target. stand in a [[target]].\n"
         ".SH KEYS\n" +
         Verbatim(config::KnobManual()) + ".SH SEE ALSO\n.BR trawl (1)\n";
}

std::string CompletionScript(const std::string& shell) {
  if (shell == "bash") return Bash();
  return shell == "zsh" ? Zsh() : Fish();
}

std::function<int()> DefineManual(CommandLine& line) {
  auto page = std::make_shared<std::string>("trawl");
  line.AddChoice("PAGE", {"trawl", "trawl.toml"}, *page, "which page, in the source of man(1)");
  return [page] { return Print(*page == "trawl" ? ProgramPage() : ConfigPage()); };
}

std::function<int()> DefineCompletion(CommandLine& line) {
  auto shell = std::make_shared<std::string>();
  line.AddChoice("SHELL", {"bash", "zsh", "fish"}, *shell, "for which shell");
  return [shell] {
    if (shell->empty()) return CommandLine::Refuse("completion", "which shell? bash, zsh or fish");
    return Print(CompletionScript(*shell));
  };
}

}  // namespace trawl::crawler
