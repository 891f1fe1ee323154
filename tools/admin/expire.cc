#include "tools/admin/expire.h"

#include <utility>

#include "tools/admin/writing.h"

namespace pdns::tools {
namespace {

constexpr const char* kNo = OptionRow::kAbsent;

Result<int> Run(const CommandInput& input) { return RunWriting(input); }

OptionGroup Options() {
  using enum OptionKind;
  OptionGroup options{
      "expire",
      {
          {"older", kText, "AGE", kNo, "Remove rows that were last seen AGE ago or earlier: 400d"},
          {"last-before", kText, "TIME", kNo,
           "Remove rows that were last seen at TIME or earlier: 2025-01-01, @1795372876"},
          {"type,t", kTexts, "TYPES", kNo, "Remove rows of these rrtypes only"},
          {"name", kTexts, "NAME", kNo,
           "Remove rows of these rrnames only: a name, or *.blah.org for it and all below"},
          {"glob", kFlag, "", kNo,
           "Read --name as a pattern: * is any run, ? one character, [a-z] one of a class"},
          {"regex", kFlag, "", kNo,
           "Read --name as a regular expression (RE2) that matches anywhere in a name"},
          {"exclude", kTexts, "WHAT", kNo,
           "Leave alone rows of these rrnames, or with an address of this block"},
          {"bailiwick", kTexts, "ZONE", kNo, "Remove rows accepted under ZONE only"},
          {"sensor", kTexts, "NAME", kNo,
           "Remove rows seen by the resolver with this dnstap identity only"},
          {"first-before", kText, "TIME", kNo,
           "Remove rows that were first seen at TIME or earlier only"},
          {"max-count", kNumber, "N", kNo, "Remove rows seen in at most N responses only"},
          {"quarantined", kFlag, "", kNo, "Remove rows that were not trusted, instead of others"},
          {"compact", kFlag, "", kNo,
           "Rewrite all table files behind it, so that the room comes back at once"},
          {"config", kText, "FILE", kNo,
           "Read options from FILE, a line each: name = value; the command line takes precedence"},
          {"trust-clock", kFlag, "", kNo,
           "Remove rows although the newest one is more than a year from this machine's clock"},
      }};
  for (OptionRow& row : WritingOptions()) options.rows.push_back(std::move(row));
  return options;
}

}  // namespace

Command ExpireCommand() {
  return {"expire",  "",  "Remove rows that were last seen long ago, and count what was removed", 0,
          Options(), &Run};
}

}  // namespace pdns::tools
