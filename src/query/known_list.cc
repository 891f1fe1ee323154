#include "query/known_list.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pdns::query {

void KnownList::Expect(std::vector<std::string_view> arguments, const ask::List* list) {
  arguments_ = std::move(arguments);
  list_ = list;
  found_.reserve(arguments_.size() + (list == nullptr ? 0 : list->size()));
}

void KnownList::Finish() {
  if (found_.size() <= arguments_.size()) return;
  // A list is asked in the order of the database, and read by the line.
  by_line_.resize(found_.size() - arguments_.size());
  std::iota(by_line_.begin(), by_line_.end(), 0U);
  std::sort(by_line_.begin(), by_line_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return (*list_)[a].line < (*list_)[b].line;
  });
}

KnownIndicator KnownList::operator[](std::size_t at) const {
  if (at < arguments_.size()) return {arguments_[at], 0, found_[at]};
  const std::size_t number = by_line_[at - arguments_.size()];
  const ask::Listed listed = (*list_)[number];
  return {listed.text, listed.line, found_[arguments_.size() + number]};
}

}  // namespace pdns::query
