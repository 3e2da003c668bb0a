package ai.neo.orchestrator.marketdata.recorded;

import java.util.List;

/** One of the first rows of a file, kept to recognise the file by. */
record SampledRow(long line, List<String> fields) {
  SampledRow {
    fields = List.copyOf(fields);
  }
}
