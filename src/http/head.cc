#include "http/head.h"

#include <microhttpd.h>

#include <algorithm>
#include <cstring>

#include "base/whole_number.h"

namespace pdns::http {
namespace {

constexpr std::size_t kLineEnd = 2;  // CR LF, of which CR may be missing

MHD_Result AddHeader(void* headers, MHD_ValueKind /*kind*/, const char* name, std::size_t name_size,
                     const char* value, std::size_t value_size) {
  static_cast<std::vector<Header>*>(headers)->push_back(
      {{name, name_size},
       value == nullptr ? std::string_view() : std::string_view(value, value_size)});
  return MHD_YES;
}

bool IsControl(char c) { return (c >= 0 && c < ' ') || c == 0x7f; }

bool IsTarget(std::string_view text) {
  return !text.empty() &&
         std::none_of(text.begin(), text.end(), [](char c) { return IsControl(c) || c == ' '; });
}

bool IsName(std::string_view text) { return IsTarget(text); }

bool IsValue(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return IsControl(c) && c != '\t'; });
}

// The parts lie in the guest's memory as they were sent, with NULs in place of what was between
// them. So where a part begins behind the end of the one before it, more than a line's end lies
// between them: bytes that no part tells of.
bool HidesBytes(const Head& head) {
  const char* const begin = head.method.data();
  const char* end = head.target.data() + head.target.size();
  if (begin + head.method.size() + 1 != head.target.data()) return true;
  if (end + 1 != head.version.data()) return true;
  end = head.version.data() + head.version.size();
  for (const Header& header : head.headers) {
    if (header.name.data() <= end || header.name.data() > end + kLineEnd) return true;
    // Nothing but the colon and blanks, which were left as they are, before the value.
    const char* const colon = header.name.data() + header.name.size();
    if (header.value.data() <= colon ||
        std::any_of(colon + 1, header.value.data(), [](char c) { return c != ' ' && c != '\t'; }))
      return true;
    end = header.value.data() + header.value.size();
  }
  const char* const all = begin + head.size;
  return all < end + 2 || all > end + 2 * kLineEnd;
}

std::size_t CountOf(const Head& head, std::string_view name, std::string_view* last) {
  std::size_t count = 0;
  for (const Header& header : head.headers) {
    if (!header.Is(name)) continue;
    ++count;
    *last = header.value;
  }
  return count;
}

}  // namespace

Head HeadOf(MHD_Connection* connection, const char* method, const char* target,
            std::size_t target_size, const char* version) {
  Head head;
  head.method = method;
  head.target = {target, target_size};
  head.version = version;
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &AddHeader, &head.headers);
  const auto* const info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  if (info != nullptr) head.size = info->header_size;
  return head;
}

const char* FaultOf(const Head& head, std::string_view target) {
  if (!IsName(head.method) || !IsTarget(target) || HidesBytes(head)) return "malformed request\n";
  for (const Header& header : head.headers) {
    if (!IsName(header.name) || !IsValue(header.value)) return "malformed header\n";
  }
  std::string_view host;
  const std::size_t hosts = CountOf(head, "host", &host);
  if (hosts > 1) return "two Host headers\n";
  if (hosts == 0 && head.version != MHD_HTTP_VERSION_1_0) return "no Host header\n";
  return nullptr;
}

std::string_view HostOf(const Head& head) {
  std::string_view host;
  CountOf(head, "host", &host);
  return host;
}

BodyKind BodyOf(const Head& head) {
  BodyKind body;
  std::string_view length;
  std::string_view coding;
  const std::size_t lengths = CountOf(head, "content-length", &length);
  const std::size_t codings = CountOf(head, "transfer-encoding", &coding);
  std::string_view word;
  body.expects = CountOf(head, "expect", &word) > 0;
  // Where the body ends must be beyond doubt: the next request begins there.
  if (lengths + codings > 1) body.fault = "two lengths of the body\n";
  if (codings == 1) {
    body.comes = true;
    if (head.version == MHD_HTTP_VERSION_1_0 || coding != "chunked")
      body.fault = "Transfer-Encoding is not chunked\n";
  } else if (lengths == 1) {
    const auto size = WholeNumber<decltype(body.size)>(length);
    if (!size.has_value()) body.fault = "malformed Content-Length\n";
    body.size = size.value_or(0);
    body.comes = body.size > 0 || body.fault != nullptr;
  }
  return body;
}

}  // namespace pdns::http
