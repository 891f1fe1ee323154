// An Authorization header lets in whoever knows the key, by Basic as OpenSSL reads it, and nobody
// else. A refusal has the form that HTTP wants.
#include <openssl/evp.h>

#include <algorithm>
#include <string>
#include <vector>

#include "access/gate.h"
#include "base/bytes.h"
#include "check.h"

namespace {

using namespace pdns::access;

constexpr std::string_view kKey = "k:1";

const KeyList& Keys() {
  static const auto keys =
      KeyList::Parse("a " + pdns::ToHex(pdns::Sha256(pdns::AsBytes(kKey))) + "\n", "keys");
  MUST_HOLD(keys.ok());
  return *keys;
}

// Of text in base64; a text that no encoder makes may give anything.
std::string Decoded(const std::string& text) {
  std::vector<unsigned char> bytes(text.size() + 1);
  const int size =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (size < 0) return {};
  const auto padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  return {bytes.begin(), bytes.begin() + std::max(0, size - padding)};
}

// The word behind the scheme.
std::string Rest(const std::string& header) {
  const std::size_t begin =
      header.find_first_not_of(" \t", header.find_first_of(" \t", header.find_first_not_of(" \t")));
  const std::string rest = begin == std::string::npos ? "" : header.substr(begin);
  return rest.substr(0, rest.find_last_not_of(" \t") + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string header(reinterpret_cast<const char*>(data), size);
  const Credentials credentials = ReadCredentials({}, header);
  MUST_HOLD(credentials.way != Way::kNone && credentials.way != Way::kApiKey);
  MUST_HOLD(credentials.way != Way::kUnknown || credentials.key.empty());
  if (credentials.way == Way::kBearer) MUST_HOLD(credentials.key == Rest(header));
  if (credentials.way == Way::kBasic && !credentials.key.empty()) {
    const std::string pair = Decoded(Rest(header));
    MUST_HOLD(pair.substr(pair.find(':') + 1) == credentials.key);
  }
  Gate gate(Keys());
  const auto decision = gate.Decide(credentials, "192.0.2.1", Time{});
  const auto* refusal = std::get_if<Refusal>(&decision);
  MUST_HOLD((refusal == nullptr) == (credentials.key == kKey));
  if (refusal == nullptr) return 0;
  MUST_HOLD(refusal->status == 401 && refusal->headers.size() == 1 && !refusal->reason.empty());
  MUST_HOLD(refusal->headers[0].first == "WWW-Authenticate");
  return 0;
}
