#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include <cstdlib>
#include <memory>
#include <random>

#include "base/log.h"

namespace pdns {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// To look an algorithm up by its name takes longer than to hash a frame. Never freed: a thread may
// still hash while the process ends.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  return kAlgorithm;
}

}  // namespace

Sha256Digest Sha256(Bytes bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> kContext(EVP_MD_CTX_new());
  Sha256Digest digest;
  static_assert(sizeof(Sha256Digest) == 256 / 8);
  const bool done = kContext != nullptr &&
                    EVP_DigestInit_ex2(kContext.get(), Sha256Algorithm(), nullptr) == 1 &&
                    EVP_DigestUpdate(kContext.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(kContext.get(), digest.data(), nullptr) == 1;
  if (!done) {  // no memory, or an OpenSSL that is set up without it: no source could be told
    LogError("OpenSSL has no SHA-256");
    std::abort();
  }
  return digest;
}

bool SameDigest(const Sha256Digest& a, const Sha256Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::uint64_t Hash64(Bytes bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t RandomSeed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) ^ device();
}

}  // namespace pdns
