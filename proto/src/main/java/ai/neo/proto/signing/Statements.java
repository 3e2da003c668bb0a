package ai.neo.proto.signing;

import ai.neo.proto.registry.v1.Evaluation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes that are signed. Each is a list of texts, every one as UTF-8 after its length in bytes
 * (32 bits, big-endian); the first names the kind, so that no signature of one kind is one of
 * another. Numbers are decimal; a double is the 16 lower-case hexadecimal digits of its IEEE 754
 * bits.
 */
public final class Statements {
  private static final String EVALUATION = "neo.registry.evaluation.v1";
  private static final String ARTIFACT = "neo.registry.artifact.v1";

  private Statements() {}

  /**
   * An evaluation: kind, model, version, digest, data set's digest, samples, time, champion's
   * version, champion's digest; the number of metrics and for each, in the order of their names'
   * bytes, name and value; the number of pairs and for each the candidate's and the champion's
   * outcome.
   */
  public static byte[] of(Evaluation evaluation) {
    List<String> fields = new ArrayList<>();
    fields.addAll(
        List.of(
            EVALUATION,
            evaluation.getModel(),
            evaluation.getVersion(),
            evaluation.getDigest(),
            evaluation.getDatasetDigest(),
            Long.toUnsignedString(evaluation.getSamples()),
            evaluation.getEvaluatedAt(),
            evaluation.getChampionVersion(),
            evaluation.getChampionDigest(),
            Integer.toString(evaluation.getMetricsCount())));
    evaluation.getMetricsMap().entrySet().stream()
        .sorted((a, b) -> Arrays.compareUnsigned(utf8(a.getKey()), utf8(b.getKey())))
        .forEach(
            metric -> {
              fields.add(metric.getKey());
              fields.add(bits(metric.getValue()));
            });
    int pairs = evaluation.getCandidateOutcomesCount();
    fields.add(Integer.toString(pairs));
    for (int i = 0; i < pairs; i++) {
      fields.add(bits(evaluation.getCandidateOutcomes(i)));
      fields.add(bits(evaluation.getChampionOutcomes(i)));
    }
    return encoded(fields);
  }

  /**
   * That an artifact may run: kind, digest.
   *
   * @param digest SHA-256 as 64 lower-case hexadecimal digits
   */
  public static byte[] ofArtifact(String digest) {
    return encoded(List.of(ARTIFACT, digest));
  }

  private static String bits(double value) {
    return String.format("%016x", Double.doubleToLongBits(value));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] encoded(List<String> fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String field : fields) {
      byte[] text = utf8(field);
      bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(text.length).array());
      bytes.writeBytes(text);
    }
    return bytes.toByteArray();
  }
}
