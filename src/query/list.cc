#include "query/list.h"

#include <algorithm>
#include <tuple>

#include "query/question.h"

namespace pdns::query {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

std::string_view WithoutComment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at == 0 || kBlanks.find(line[at - 1]) != std::string_view::npos) {
      line = line.substr(0, at);
      break;
    }
  }
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

Result<std::vector<Listed>> ReadList(std::istream& lines, const BadLine& bad) {
  std::vector<Listed> list;
  std::string line;
  for (std::uint64_t number = 1; std::getline(lines, line); ++number) {
    const std::string_view text = WithoutComment(line);
    if (text.empty()) continue;
    auto question = AskName(text);
    if (!question.ok()) {
      bad(number, text, question.status());
      continue;
    }
    list.push_back({std::string(text), number, question->side, std::move(question->span.lo)});
  }
  if (lines.bad()) return Status::Io("the list cannot be read to its end");
  // IPv4 before IPv6, as their rows stand.
  const auto order = [](const Listed& one) {
    const std::size_t size = one.side == store::Side::kAddress ? one.from.size() : 0;
    return std::tuple(one.side, size, std::string_view(one.from), one.line);
  };
  std::sort(list.begin(), list.end(),
            [&order](const Listed& a, const Listed& b) { return order(a) < order(b); });
  return list;
}

}  // namespace pdns::query
