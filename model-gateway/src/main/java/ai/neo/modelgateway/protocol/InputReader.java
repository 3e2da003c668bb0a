package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.FeatureRows;
import ai.neo.modelgateway.engine.Question;
import ai.neo.modelgateway.engine.TensorModel;
import ai.neo.modelgateway.engine.TensorValue;
import ai.neo.modelgateway.engine.Tensors;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.TensorContract.Port;
import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Takes what a version is asked out of a request, or refuses it with the protocol's text. Checks
 * what was read first and what the model expects then, in Triton's order, since clients match on
 * the texts. Nothing is allocated by what a shape says before the bytes are found to be there.
 */
final class InputReader {

  /** More rows than any caller of the loop's models batches, and still answered within ms. */
  static final int ROWS_MAX = 4096;

  /** What an engine's shapes are counted in. */
  private static final long DIMENSION_MAX = Integer.MAX_VALUE;

  private static final String BATCH_NOTE =
      "NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be"
          + " prepended to each input shape. If you want to specify the full shape including the"
          + " batch dim in your input dims config, try setting max_batch_size to zero. See the"
          + " model configuration docs for more info on max_batch_size.";

  private final ModelInferRequest request;
  private final ServedVersion version;
  private final InputData data;
  private final List<Port> ports;
  private final boolean batched;

  private InputReader(ModelInferRequest request, ServedVersion version) {
    this.request = request;
    this.version = version;
    this.data = new InputData(request);
    this.ports = ModelTensors.inputs(version);
    this.batched = version.tensors().filter(contract -> contract.isBatched()).isPresent();
  }

  /** Row-major features for a model of the loop, for any other what its contract says. */
  static Question read(ModelInferRequest request, ServedVersion version)
      throws RefusedRequestException {
    InputReader reader = new InputReader(request, version);
    reader.data.require();
    reader.requireInputs();
    return version.tensors().isPresent() ? reader.tensors() : reader.features();
  }

  private void requireInputs() throws RefusedRequestException {
    Set<String> names =
        request.getInputsList().stream()
            .map(InferInputTensor::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    if (request.getInputsCount() != ports.size()) {
      List<String> missing =
          ports.stream().map(Port::name).filter(name -> !names.contains(name)).toList();
      throw prefixed(
          "expected "
              + ports.size()
              + " inputs but got "
              + request.getInputsCount()
              + " inputs for model '"
              + model()
              + "'. Got input(s) ["
              + quoted(names)
              + "], but missing required input(s) "
              + (missing.isEmpty() ? "" : "[")
              + quoted(missing)
              + "]. Please provide all required input(s).");
    }
    for (InferInputTensor input : request.getInputsList()) {
      if (ports.stream().noneMatch(port -> port.name().equals(input.getName()))) {
        throw RefusedRequestException.invalid(
            "unexpected inference input '" + input.getName() + "' for model '" + model() + "'");
      }
    }
  }

  private static String quoted(Iterable<String> names) {
    List<String> quoted = new ArrayList<>();
    names.forEach(name -> quoted.add("'" + name + "'"));
    return String.join(",", quoted);
  }

  private FeatureRows features() throws RefusedRequestException {
    Port port = ports.getFirst();
    InferInputTensor input = request.getInputs(0);
    requireDatatype(port, input);
    requireShape(port, input);
    int stated = version.maxBatchSize();
    int most = stated > 0 ? Math.min(stated, ROWS_MAX) : ROWS_MAX;
    if (input.getShape(0) > most) {
      throw tooManyRows(most);
    }
    int rows = Math.toIntExact(input.getShape(0));
    ByteString packed = data.packed(0);
    requireBytes(port, TensorValue.elements(input.getShapeList()) * Float.BYTES, packed.size());
    float[] values = new float[packed.size() / Float.BYTES];
    packed.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return new FeatureRows(values, rows);
  }

  private Tensors tensors() throws RefusedRequestException {
    long rows = batched ? batch() : 1;
    List<TensorValue> values = new ArrayList<>();
    for (Port port : ports) {
      int index = index(port);
      InferInputTensor input = request.getInputs(index);
      requireDatatype(port, input);
      requireShape(port, input);
      ByteString packed = data.packed(index);
      List<Long> shape = input.getShapeList();
      List<Long> inner = batched ? shape.subList(1, shape.size()) : shape;
      requireCountable(port, shape);
      requireElements(port, inner, rows, packed);
      List<Long> inward = new ArrayList<>(port.inward(inner));
      if (batched) {
        inward.addFirst(rows);
      }
      values.add(new TensorValue(port.name(), port.type(), inward, packed));
    }
    Tensors tensors = new Tensors(values, Math.toIntExact(rows), batched);
    if (version.loaded() instanceof TensorModel model) {
      Optional<String> objection = model.objection(tensors);
      if (objection.isPresent()) {
        throw prefixed(objection.get() + " for model '" + model() + "'");
      }
    }
    return tensors;
  }

  /** The first dimension, which all inputs share. It may be no batch at all: that shows later. */
  private long batch() throws RefusedRequestException {
    Optional<Long> rows = Optional.empty();
    for (InferInputTensor input : request.getInputsList()) {
      if (input.getShapeCount() == 0) {
        throw prefixed(
            "input '%s' has no shape but model requires batch dimension for '%s'"
                .formatted(input.getName(), model()));
      }
      if (rows.isPresent() && input.getShape(0) != rows.get()) {
        throw prefixed(
            "input '%s' batch size does not match other inputs for '%s'"
                .formatted(input.getName(), model()));
      }
      rows = Optional.of(input.getShape(0));
    }
    long batch = rows.orElse(1L);
    if (batch > version.maxBatchSize()) {
      throw tooManyRows(version.maxBatchSize());
    }
    return batch;
  }

  private RefusedRequestException tooManyRows(int most) {
    return prefixed("inference request batch-size must be <= " + most + " for '" + model() + "'");
  }

  private int index(Port port) {
    for (int i = 0; i < request.getInputsCount(); i++) {
      if (request.getInputs(i).getName().equals(port.name())) {
        return i;
      }
    }
    throw new IllegalStateException("all inputs were found to be there: " + port.name());
  }

  private void requireDatatype(Port port, InferInputTensor input) throws RefusedRequestException {
    if (!input.getDatatype().equals(port.type().name())) {
      boolean known = ElementType.of(input.getDatatype()).isPresent();
      throw prefixed(
          "inference input '"
              + port.name()
              + "' data-type is '"
              + (known ? input.getDatatype() : "<invalid>")
              + "', but model '"
              + model()
              + "' expects '"
              + port.type()
              + "'");
    }
  }

  private void requireShape(Port port, InferInputTensor input) throws RefusedRequestException {
    List<Long> shape = input.getShapeList();
    List<Long> inner = batched ? shape.subList(1, shape.size()) : shape;
    boolean fits = inner.size() == port.dims().size();
    for (int i = 0; fits && i < inner.size(); i++) {
      if (inner.get(i) == ModelTensors.ANY) {
        throw prefixed(
            "All input dimensions should be specified for input '%s' for model '%s', got %s"
                .formatted(port.name(), model(), shown(shape)));
      }
      long stated = port.dims().get(i);
      boolean any = stated == ModelTensors.ANY;
      fits = any ? inner.get(i) >= 0 : inner.get(i) == stated;
    }
    if (!fits) {
      throw prefixed(
          "unexpected shape for input '"
              + port.name()
              + "' for model '"
              + model()
              + "'. Expected "
              + shown(ModelTensors.shape(version, port))
              + ", got "
              + shown(shape)
              + ". "
              + (batched ? BATCH_NOTE : ""));
    }
  }

  /** Beside a dimension of 0 any other would pass for one that fits no bytes at all. */
  private void requireCountable(Port port, List<Long> shape) throws RefusedRequestException {
    if (shape.stream().anyMatch(dimension -> dimension > DIMENSION_MAX)) {
      throw prefixed(
          "unexpected shape for input '%s' for model '%s'. Dimensions of %s are out of range"
              .formatted(port.name(), model(), shown(shape)));
    }
  }

  private void requireElements(Port port, List<Long> inner, long rows, ByteString packed)
      throws RefusedRequestException {
    long perRow = TensorValue.elements(inner);
    if (port.type() == ElementType.BYTES) {
      StringFrames frames = new StringFrames(request, port.name());
      frames.require(packed, rows < 1 ? perRow : product(perRow, rows));
      if (rows < 1) {
        throw prefixed(sizeMismatch(port, 0, packed.size()));
      }
      return;
    }
    long row = product(perRow, port.type().bytes());
    if (rows < 1) {
      // Triton reads a negative one as 32 bits without a sign, and none as a single row.
      long expected = rows < 0 ? product(row, Integer.toUnsignedLong((int) rows)) : row;
      throw prefixed(sizeMismatch(port, expected == packed.size() ? 0 : expected, packed.size()));
    }
    requireBytes(port, product(row, rows), packed.size());
  }

  private static long product(long elements, long times) {
    return TensorValue.elements(List.of(elements, times));
  }

  private void requireBytes(Port port, long expected, long got) throws RefusedRequestException {
    if (expected != got) {
      throw prefixed(sizeMismatch(port, expected, got));
    }
  }

  private String sizeMismatch(Port port, long expected, long got) {
    return "input byte size mismatch for input '%s' for model '%s'. Expected %d, got %d"
        .formatted(port.name(), model(), expected, got);
  }

  private RefusedRequestException prefixed(String message) {
    return RefusedRequestException.invalid(
        RefusedRequestException.prefix(request.getId()) + message);
  }

  private String model() {
    return request.getModelName();
  }

  private static String shown(List<Long> shape) {
    return shape.toString().replace(" ", "");
  }
}
