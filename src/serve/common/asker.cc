#include "serve/common/asker.h"

#include <arpa/inet.h>

#include <utility>

#include "access/credentials.h"
#include "base/bytes.h"
#include "serve/common/body.h"

namespace pdns::serve {

Asker::Asker(const Access& access, const http::Request& request)
    : access_(access), peer_(request.peer), method_(request.method), question_(request.path) {
  if (!request.query.empty()) question_.append("?").append(request.query);
}

std::variant<Asker, http::Answer> Asker::LetIn(const Access& access, const http::Request& request,
                                               access::Cost cost, Refusing refuse) {
  Asker asker(access, request);
  asker.credentials_ =
      access::ReadCredentials(request.HeaderOf("x-api-key"), request.HeaderOf("authorization"));
  auto decision = access.gate->Decide(asker.credentials_, request.peer, access::Now(), cost);
  if (auto* refusal = std::get_if<access::Refusal>(&decision); refusal != nullptr) {
    http::Answer answer = refuse(refusal->status, refusal->reason);
    answer.headers = std::move(refusal->headers);
    asker.Done(refusal->status, 0);
    return answer;
  }
  auto& admitted = std::get<access::Admitted>(decision);
  asker.key_ = std::move(admitted.name);
  asker.rows_left_ = admitted.rows_left;
  return asker;
}

std::string Asker::Who() const {
  if (!key_.empty()) return "key " + key_;
  in6_addr address{};
  if (inet_pton(AF_INET6, peer_.c_str(), &address) != 1) return "peer " + peer_;
  constexpr std::size_t kPrefix = 8;
  return "peer " + ToHex(Bytes(address.s6_addr, kPrefix));
}

std::optional<access::Allotment> Asker::Left() const {
  if (key_.empty()) return std::nullopt;
  return access_.gate->Left(key_, access::Now());
}

bool Asker::StillLetIn() const { return access_.gate->StillAdmits(credentials_, access::Now()); }

bool Asker::ClaimRow() const {
  return key_.empty() || access_.gate->ClaimRows(key_, 1, access::Now()) == 1;
}

void Asker::Done(int status, std::uint64_t rows) const {
  if (access_.audit == nullptr) return;
  access::Audit::Entry entry{time_};
  entry.key = key_;
  entry.peer = peer_;
  entry.method = method_;
  entry.question = question_;
  entry.status = status;
  entry.rows = rows;
  entry.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun_);
  access_.audit->Write(entry);
}

}  // namespace pdns::serve
