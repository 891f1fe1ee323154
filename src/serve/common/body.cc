#include "serve/common/body.h"

#include <utility>

namespace pdns::serve {

Body::Body(http::Reply reply, http::Answer head, Refusing refusal)
    : reply_(std::move(reply)), head_(std::move(head)), refusal_(refusal) {}

void Body::AddHeader(std::string name, std::string value) {
  head_.headers.emplace_back(std::move(name), std::move(value));
}

void Body::Append(std::string_view text) {
  waiting_ += text;
  if (waiting_.size() >= kPiece) Push();
}

void Body::Tick() {
  if (!waiting_.empty() && Clock::now() - since_ >= kPatience) Push();
}

bool Body::gone() const { return stream_ != nullptr ? stream_->gone() : reply_.gone(); }

void Body::Push() {
  if (stream_ == nullptr) {
    stream_ = std::make_shared<http::Stream>();
    head_.stream = stream_;
    reply_.Send(std::move(head_));
  }
  stream_->Write(waiting_);  // where nobody reads, gone() says so
  waiting_.clear();
  since_ = Clock::now();
}

void Body::Finish() {
  if (stream_ == nullptr) {
    head_.body = std::move(waiting_);
    return reply_.Send(std::move(head_));
  }
  if (!waiting_.empty()) Push();
  stream_->Finish();
}

void Body::Refuse(int status, std::string_view text) {
  status_ = status;
  http::Answer answer = refusal_(status, text);
  answer.headers = std::move(head_.headers);
  reply_.Send(std::move(answer));
}

http::Answer Refusal(int status, std::string_view text) {
  std::string line(text);
  line.push_back('\n');
  return {.status = status, .body = std::move(line)};
}

}  // namespace pdns::serve
