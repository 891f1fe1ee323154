#include "http/response.h"

#include <microhttpd.h>

#include <memory>
#include <string>
#include <utility>

namespace pdns::http {
namespace {

// What is asked for at once where the body is not sent in chunks (HTTP/1.0).
constexpr std::size_t kBlock = 32U << 10;

void FreeBody(void* body) { delete static_cast<std::string*>(body); }

void FreeRead(void* read) { delete static_cast<ReadBody*>(read); }

ssize_t CallRead(void* read, std::uint64_t /*position*/, char* to, std::size_t most) {
  const ssize_t got = (*static_cast<ReadBody*>(read))(to, most);
  if (got == kEndOfBody) return MHD_CONTENT_READER_END_OF_STREAM;
  return got == kBrokenBody ? MHD_CONTENT_READER_END_WITH_ERROR : got;
}

MHD_Response* OfBody(std::string text) {
  auto body = std::make_unique<std::string>(std::move(text));
  MHD_Response* const response = MHD_create_response_from_buffer_with_free_callback_cls(
      body->size(), body->data(), &FreeBody, body.get());
  if (response != nullptr) body.release();  // NOLINT(bugprone-unused-return-value): the response's
  return response;
}

MHD_Response* OfStream(ReadBody read, bool no_body) {
  auto body = std::make_unique<ReadBody>(std::move(read));
  MHD_Response* const response =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kBlock, &CallRead, body.get(), &FreeRead);
  if (response == nullptr) return nullptr;
  body.release();  // NOLINT(bugprone-unused-return-value): it is the response's
  // Where no body may follow, the guest would send the end of a body in chunks all the same.
  if (no_body) MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
  return response;
}

}  // namespace

MHD_Response* MakeResponse(Answer answer, ResponseForm form, ReadBody read) {
  const bool no_body = form.no_body || answer.status == MHD_HTTP_NO_CONTENT ||
                       answer.status == MHD_HTTP_NOT_MODIFIED;
  MHD_Response* const response = answer.stream == nullptr ? OfBody(std::move(answer.body))
                                                          : OfStream(std::move(read), no_body);
  if (response == nullptr) return nullptr;
  bool whole = !form.close ||
               MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;
  whole = whole && MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                           answer.type.c_str()) == MHD_YES;
  for (const auto& [name, value] : answer.headers) {
    whole = whole && MHD_add_response_header(response, name.c_str(), value.c_str()) == MHD_YES;
  }
  if (whole) return response;
  MHD_destroy_response(response);
  return nullptr;
}

std::string LastWords(const Answer& answer) {
  std::string words = "HTTP/1.1 " + std::to_string(answer.status) + ' ';
  words += MHD_get_reason_phrase_for(static_cast<unsigned>(answer.status));
  words += "\r\nConnection: close\r\nContent-Type: " + answer.type;
  words += "\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
  words += answer.body;
  return words;
}

}  // namespace pdns::http
