#include "tap/frame.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>

#include "record/outcome.h"

namespace pdns::tap {

const dns::Message& Frame::Head() {
  if (!dns_.has_value()) dns_ = dns::ReadMessage(*wire(), dns::Depth::kQuestions);
  return *dns_;
}

const dns::Message& Frame::Whole() {
  if (!whole_) dns_ = dns::ReadMessage(*wire(), dns::Depth::kAll);
  whole_ = true;
  return *dns_;
}

std::string ShortTypeName(std::uint32_t type) {
  if (type == 0 || type >= record::kMessageTypes) return fmt::format("?{}", type);
  const std::string_view name = record::MessageTypeName(type);
  return {name.front(), name[name.find('_') + 1]};
}

std::string AddressText(Bytes address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.size() == 4;
  if (!v4 && address.size() != 16) return "?";
  const char* written =
      inet_ntop(v4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size());
  return written != nullptr ? written : "?";
}

}  // namespace pdns::tap
