#include "serve/api/lookup.h"

#include <functional>
#include <istream>
#include <memory>
#include <streambuf>
#include <string>
#include <utility>

#include "ask/list.h"
#include "base/bytes.h"

namespace pdns::serve {
namespace {

// Reads a text where it stands, piece by piece, until it is interrupted: the text ends there then.
class ViewBuffer : public std::streambuf {
 public:
  ViewBuffer(std::string_view text, const std::function<bool()>& interrupted)
      : text_(text), interrupted_(interrupted) {}

  bool was_interrupted() const { return was_interrupted_; }

 protected:
  int_type underflow() override {
    was_interrupted_ = was_interrupted_ || (!text_.empty() && interrupted_());
    if (was_interrupted_ || text_.empty()) return traits_type::eof();
    constexpr std::size_t kPiece = 16U << 10;  // some 1,000 indicators
    const std::string_view piece = text_.substr(0, kPiece);
    text_.remove_prefix(piece.size());
    char* const begin =
        const_cast<char*>(piece.data());  // which is only read: there is no overflow()
    setg(begin, begin, begin + piece.size());
    return traits_type::to_int_type(*begin);
  }

 private:
  std::string_view text_;
  const std::function<bool()>& interrupted_;
  bool was_interrupted_ = false;
};

}  // namespace

Status ReadApiList(std::string_view body, ApiRequest& request,
                   const std::function<bool()>& interrupted) {
  constexpr std::size_t kMostText = 200;
  ViewBuffer buffer(body, interrupted);
  std::istream text(&buffer);
  ApiPassedOver passed_over;
  const auto bad = [&](const std::string& place, std::string_view line, const Status& why) {
    if (++passed_over.bad <= kMostBadLines) {
      passed_over.bad_lines.push_back(
          {place.substr(0, kMostText), Printable(line.substr(0, kMostText)), why.message()});
    }
  };
  auto list = ask::ReadList(text, bad, kMostListed);
  if (buffer.was_interrupted())
    return Status::Busy("the list is too long to be read in the time that an answer may take");
  if (!list.ok()) return Status::Usage("list: " + list.status().message());
  passed_over.others = list->passed_over();
  for (const std::string& note : list->notes()) request.notices.push_back(note);
  if (list->size() == 0 && passed_over.bad == 0 && passed_over.others == 0) {
    return Status::Usage(
        "the list is empty: send a name, an address or a URL a line, CSV with a heading, or JSON");
  }
  request.request.list = std::make_shared<const ask::List>(std::move(*list));
  request.passed_over = std::move(passed_over);
  return {};
}

}  // namespace pdns::serve
