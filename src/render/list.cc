#include "render/list.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "dns/presentation/rdata_text.h"
#include "dns/text.h"

namespace pdns::render {
namespace {

// Names go on into other questions (pdns-query -f -), where some of these characters stand between
// columns, ports and paths, `*` and `+` are patterns, and a last label with a digit in front makes
// an address. As \DDD they are read as what they are. So is a slash within a name
// (0/25.2.0.192.in-addr.arpa), but not one at its start or in its last label. The owner of a
// wildcard (*.example) stays as everybody writes it, and asks for what is below as well.
std::string Unmistakable(std::string_view name) {
  constexpr std::string_view kMistakable = "*+,:<>[]`{|}'#?()\\";
  constexpr std::string_view kDigits = "0123456789";
  std::string text;
  if (name.size() > 2 && name.starts_with("*.")) {
    text = "*.";
    name.remove_prefix(text.size());
  }
  const std::size_t last_dot = name.substr(0, name.size() - 1).rfind('.');
  const std::size_t last_label = last_dot == std::string_view::npos ? 0 : last_dot + 1;
  const bool number = kDigits.find(name[last_label]) != std::string_view::npos;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool escaped = name[i] == '\\' && i + 1 < name.size();
    const char c = name[escaped ? i + 1 : i];
    const bool slash = c == '/' && (i == 0 || i >= last_label);
    if (kMistakable.find(c) != std::string_view::npos || slash || (number && i == last_label)) {
      text += fmt::format("\\{:03}", static_cast<unsigned char>(c));
    } else {
      text.append(name.substr(i, escaped ? 2 : 1));
    }
    i += escaped ? 1 : 0;
  }
  return text;
}

}  // namespace

void List::Add(const query::Hit& hit) {
  std::string line = kind_ == Kind::kNames ? Unmistakable(dns::NameToText(hit.tuple.owner))
                                           : dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
  line.push_back('\n');
  Write(line);
}

}  // namespace pdns::render
