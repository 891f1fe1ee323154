#include "json/utf8.h"

#include <rapidjson/encodings.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <cstddef>

namespace pdns::json {
namespace {

constexpr unsigned char kFirstOfTwo = 0x80;    // lead bytes from here on stand for two bytes,
constexpr unsigned char kFirstOfThree = 0xe0;  // for three,
constexpr unsigned char kFirstOfFour = 0xf0;   // for four

std::size_t SizeByLead(unsigned char lead) {
  if (lead < kFirstOfTwo) return 1;
  if (lead < kFirstOfThree) return 2;
  return lead < kFirstOfFour ? 3 : 4;
}

}  // namespace

std::string ValidUtf8(std::string_view text) {
  std::string out;
  rapidjson::StringBuffer scrap;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size =
        std::min(SizeByLead(static_cast<unsigned char>(text[at])), text.size() - at);
    const std::string one(text.substr(at, size));
    rapidjson::GenericStringStream<rapidjson::UTF8<>> in(one.c_str());
    scrap.Clear();
    const bool valid = rapidjson::UTF8<>::Validate(in, scrap) && in.Tell() == size;
    out += valid ? one : "\xEF\xBF\xBD";
    at += valid ? size : 1;
  }
  return out;
}

}  // namespace pdns::json
