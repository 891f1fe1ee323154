#include "query/text/named_texts.h"

namespace pdns::query {

void NamedTexts::Add(std::string_view name, std::string_view text) {
  texts_[std::string(name)].emplace_back(text);
}

const std::vector<std::string>& NamedTexts::Of(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = texts_.find(name);
  return found == texts_.end() ? kNone : found->second;
}

std::optional<std::string_view> NamedTexts::One(std::string_view name) const {
  const auto found = texts_.find(name);
  if (found == texts_.end()) return std::nullopt;
  return found->second.back();
}

}  // namespace pdns::query
