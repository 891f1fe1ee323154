#include "query/request.h"

#include <fmt/format.h>

#include <string>

#include "dns/text.h"
#include "query/address_block.h"
#include "store/reverse_key.h"

namespace pdns::query {
namespace {

constexpr std::string_view kBelow = "*.";

Question OfBlock(const AddressBlock& block) {
  return {store::Index::kReverse, store::AddressRange(block.lowest(), block.highest())};
}

struct Pattern {
  record::Name name;
  bool below = false;  // and all names below it
};

Result<Pattern> ParsePattern(std::string_view text) {
  Pattern pattern;
  std::string_view rest = text;
  if (rest.starts_with(kBelow)) {
    pattern.below = true;
    rest.remove_prefix(kBelow.size());
    if (rest.empty()) return pattern;
  }
  const auto name = dns::NameFromText(rest);
  if (!name.has_value()) {
    return Status::Usage(
        fmt::format("'{}' is no domain name: labels have 1 to 63 bytes, a name at most 255", text));
  }
  pattern.name = *name;
  return pattern;
}

}  // namespace

bool IsAddress(std::string_view text) { return ParseBlock(text).has_value(); }

Result<Question> ParseNameQuestion(std::string_view text) {
  const auto pattern = ParsePattern(text);
  if (!pattern.ok()) return pattern.status();
  return Question{store::Index::kForward, pattern->below ? store::SubtreeRange(pattern->name)
                                                         : store::OwnerRange(pattern->name)};
}

Result<Question> ParseRdataQuestion(std::string_view text) {
  if (const auto block = ParseBlock(text); block.has_value()) return OfBlock(*block);
  if (text.find('/') != std::string_view::npos || text.find(':') != std::string_view::npos) {
    return Status::Usage(
        fmt::format("'{}' is no address, no block such as 205.150.150.0/24, and no name", text));
  }
  const auto pattern = ParsePattern(text);
  if (!pattern.ok()) return pattern.status();
  return Question{store::Index::kReverse, pattern->below ? store::TargetSubtreeRange(pattern->name)
                                                         : store::TargetRange(pattern->name)};
}

Result<std::vector<record::RrType>> ParseTypes(std::string_view text) {
  std::vector<record::RrType> types;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view one = text.substr(0, comma);
    const auto type = dns::TypeFromText(one);
    if (!type.has_value()) {
      return Status::Usage(
          fmt::format("'{}' is no rrtype: give names (A,AAAA), numbers, or TYPE65280", one));
    }
    types.push_back(*type);
    if (comma == std::string_view::npos) return types;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace pdns::query
