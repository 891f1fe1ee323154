#include "serve/page.h"

#include <string>

#include "page/assets.h"
#include "serve/common/body.h"

namespace pdns::serve {
namespace {

constexpr const char* kPolicy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

}  // namespace

bool WantsHtml(const http::Request& request) {
  return request.HeaderOf("accept").value_or("").find("text/html") != std::string_view::npos;
}

http::Answer PageFile(std::string_view name, const http::Request& request) {
  const page::Asset* const asset = page::FindAsset(name);
  if (asset == nullptr) return Refusal(404, "the page has no file of this name");
  http::Answer answer{.type = std::string(asset->type)};
  answer.headers = {{"Content-Security-Policy", kPolicy}, {"X-Content-Type-Options", "nosniff"},
                    {"Referrer-Policy", "no-referrer"},   {"Cache-Control", "no-cache"},
                    {"ETag", std::string(asset->etag)},   {"Vary", "Accept"}};
  // A list of tags, or "*": whichever of them is this one's.
  const std::string_view has = request.HeaderOf("if-none-match").value_or("");
  if (has == "*" || has.find(asset->etag) != std::string_view::npos) {
    answer.status = 304;
  } else {
    answer.body = asset->bytes;
  }
  return answer;
}

}  // namespace pdns::serve
