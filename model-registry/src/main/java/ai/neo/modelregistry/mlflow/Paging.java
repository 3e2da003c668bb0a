package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * One page of a search. The token says how many rows came before; it is made for a search and,
 * where {@code of} is not empty, bound to it.
 *
 * @param of what the token belongs to
 */
record Paging(int size, long offset, String of) {
  static Paging of(Fields fields, int sizeIfAbsent, int sizeMax) {
    return of(fields.pageSize(sizeIfAbsent, sizeMax), fields.text("page_token"), "");
  }

  static Paging of(int size, String token, String of) {
    if (token.isEmpty()) {
      return new Paging(size, 0, of);
    }
    JsonObject content;
    try {
      byte[] json = Base64.getDecoder().decode(token);
      content = new JsonObject(new String(json, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | DecodeException e) {
      throw MlflowException.invalid("Invalid page token, could not base64-decode");
    }
    if (!(content.getValue("offset") instanceof Number offset) || offset.longValue() < 0) {
      throw MlflowException.invalid("Invalid page token, it holds no offset");
    }
    if (!of.equals(content.getValue("of", ""))) {
      throw MlflowException.invalid(
          "Invalid page token, it belongs to a search with other experiments, filter or order");
    }
    return new Paging(size, offset.longValue(), of);
  }

  /** Runs the query for this page; its rows are one JSON object each. */
  JsonObject answer(Database.Session session, SqlQuery query, String name) {
    // One row more than asked for, so that a full last page needs no empty one behind it.
    query.add(" LIMIT " + query.bind(size + 1L) + " OFFSET " + query.bind(offset));
    JsonArray rows = new JsonArray();
    boolean more = false;
    for (Row row : query.run(session)) {
      more = rows.size() == size;
      if (!more) {
        rows.add(row.getJsonObject(0));
      }
    }
    JsonObject answer = new JsonObject();
    if (!rows.isEmpty()) {
      answer.put(name, rows);
    }
    if (more) {
      answer.put("next_page_token", next());
    }
    return answer;
  }

  /** This page of rows that are all here. */
  JsonObject answer(List<JsonObject> all, String name) {
    List<JsonObject> rows = all.stream().skip(offset).limit(size).toList();
    JsonObject answer = new JsonObject();
    if (!rows.isEmpty()) {
      answer.put(name, new JsonArray(rows));
    }
    if (all.size() > offset + size) {
      answer.put("next_page_token", next());
    }
    return answer;
  }

  private String next() {
    JsonObject token = new JsonObject().put("offset", offset + size);
    if (!of.isEmpty()) {
      token.put("of", of);
    }
    return Base64.getEncoder().encodeToString(token.encode().getBytes(StandardCharsets.UTF_8));
  }
}
