#include "render/wrap.h"

#include <algorithm>
#include <numeric>

namespace pdns::render {

std::vector<std::size_t> ShareWidth(std::span<const std::size_t> needs, std::size_t room,
                                    std::size_t least) {
  std::vector<std::size_t> order(needs.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return needs[a] < needs[b]; });
  std::vector<std::size_t> given(needs.size());
  std::size_t waiting = needs.size();
  for (const std::size_t column : order) {
    const std::size_t part = std::max(room / waiting, least);
    given[column] = std::min(needs[column], part);
    room -= std::min(room, given[column]);
    --waiting;
  }
  return given;
}

std::vector<std::string_view> Wrap(std::string_view text, std::size_t width) {
  std::vector<std::string_view> pieces;
  while (text.size() > width) {
    const std::size_t space = text.substr(0, width).rfind(' ');
    const bool near = space != std::string_view::npos && space >= width / 2;
    const std::size_t end = near ? space + 1 : width;
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (pieces.empty() || !text.empty()) pieces.push_back(text);
  return pieces;
}

}  // namespace pdns::render
