// The server's own API: path, parameters -> [Api] -> an answer of Answerer.
//
//   GET /api/v1/query       rows, names, values, numbers       serve/api/request.h, api_answer.h
//   POST /api/v1/lookup     the same of a list                  serve/api/lookup.h
//   GET /api/v1/pivot       rows around a name, and their graph
//   GET /api/v1/new         new rows as they are committed       serve/api/new_rows.h
//   GET /api/v1/stats       the whole database in numbers
//   GET /api/v1/coverage    what an answer of nothing rests on  serve/api/coverage.h
//
// Errors are one line of JSON (ApiRefusal). schema/openapi.yaml describes all of it.
//
// Any thread.
#pragma once

#include <span>
#include <string>

#include "http/message.h"
#include "serve/api/journal_watch.h"
#include "serve/api/request.h"
#include "serve/common/answerer.h"
#include "serve/common/url.h"

namespace pdns::serve {

class Api {
 public:
  // Begins nothing with the answerer, whose answers are all over before the Api goes.
  explicit Api(Answerer& answerer) : answerer_(answerer), journal_(answerer) {}

  // `path`: behind "api".
  void Answer(std::span<const std::string> path, const Url& url, const http::Request& request,
              Asked asked);

 private:
  void AnswerList(const Url& url, const http::Request& request, Asked asked);
  void AnswerRows(ApiPath path, const Url& url, Asked asked);
  void AnswerNew(const Url& url, const http::Request& request, Asked asked);
  void AnswerWhole(const Url& url, Asked asked, Answerer::Answering answer);

  Answerer& answerer_;
  JournalWatch journal_;
};

}  // namespace pdns::serve
