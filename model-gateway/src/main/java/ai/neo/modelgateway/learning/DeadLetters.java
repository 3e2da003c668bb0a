package ai.neo.modelgateway.learning;

import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feedback that was not learned and why, one JSON object a line in {@code dead-letters.jsonl}; a
 * full file becomes {@code dead-letters.1.jsonl} and takes the former one's place. {@code request}
 * is the whole message, to be sent again. One thread.
 */
final class DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

  /** Ids and reasons in plain; what they were sent with can be megabytes. */
  private static final int MAX_REQUEST_BYTES = 1 << 16;

  private final Optional<Path> directory;
  private final long maxBytes;
  private final JsonFactory json = new JsonFactory();
  private boolean failing;

  /**
   * @param directory empty: they are counted and not kept
   */
  DeadLetters(Optional<Path> directory, long maxBytes) {
    this.directory = directory;
    this.maxBytes = maxBytes;
  }

  /** Keeps one; a disk that does not take it costs the letter and nothing else. */
  void keep(LearnRequest request, LearnResponse.Outcome outcome, String reason) {
    if (directory.isEmpty()) {
      return;
    }
    Path file = directory.get().resolve("dead-letters.jsonl");
    try {
      Files.createDirectories(directory.get());
      if (Files.exists(file) && Files.size(file) >= maxBytes) {
        Files.move(
            file,
            directory.get().resolve("dead-letters.1.jsonl"),
            StandardCopyOption.REPLACE_EXISTING);
      }
      Files.writeString(
          file,
          line(request, outcome, reason),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.warn("feedback cannot be kept aside in {}", file, e);
      }
      failing = true;
    }
  }

  private String line(LearnRequest request, LearnResponse.Outcome outcome, String reason)
      throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator line = json.createGenerator(text)) {
      line.writeStartObject();
      line.writeStringField("prediction_id", request.getPredictionId());
      line.writeStringField("outcome", outcome.name());
      line.writeStringField("reason", reason);
      line.writeStringField("model_version", request.getModelVersion());
      line.writeStringField("event_time_ns", Long.toUnsignedString(request.getEventTimeNs()));
      line.writeStringField("matured_time_ns", Long.toUnsignedString(request.getMaturedTimeNs()));
      if (request.getSerializedSize() <= MAX_REQUEST_BYTES) {
        line.writeStringField("request", Base64.getEncoder().encodeToString(request.toByteArray()));
      }
      line.writeEndObject();
    }
    return text.append('\n').toString();
  }
}
