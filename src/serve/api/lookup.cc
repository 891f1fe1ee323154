#include "serve/api/lookup.h"

#include <istream>
#include <memory>
#include <streambuf>
#include <string>
#include <utility>

#include "ask/list.h"
#include "base/bytes.h"

namespace pdns::serve {
namespace {

// Reads a text where it stands.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* const begin =
        const_cast<char*>(text.data());  // which is only read: there is no overflow()
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

Status ReadApiList(std::string_view body, ApiRequest& request) {
  constexpr std::size_t kMostText = 200;
  ViewBuffer buffer(body);
  std::istream text(&buffer);
  ApiPassedOver passed_over;
  const auto bad = [&](const std::string& place, std::string_view line, const Status& why) {
    if (++passed_over.bad <= kMostBadLines) {
      passed_over.bad_lines.push_back(
          {place.substr(0, kMostText), Printable(line.substr(0, kMostText)), why.message()});
    }
  };
  auto list = ask::ReadList(text, bad, kMostListed);
  if (!list.ok()) return Status::Usage("list: " + list.status().message());
  passed_over.others = list->passed_over();
  if (list->size() == 0 && passed_over.bad == 0 && passed_over.others == 0) {
    return Status::Usage(
        "the list is empty: send a name, an address or a URL a line, or JSON of MISP or STIX");
  }
  request.request.list = std::make_shared<const ask::List>(std::move(*list));
  request.passed_over = std::move(passed_over);
  return {};
}

}  // namespace pdns::serve
