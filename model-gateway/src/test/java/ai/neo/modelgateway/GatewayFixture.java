package ai.neo.modelgateway;

import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import ai.neo.modelgateway.GatewaySettings.Permissions;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.TorchScriptEngine;
import ai.neo.modelgateway.forward.ForwardSettings;
import ai.neo.modelgateway.forward.Forwarding;
import ai.neo.modelgateway.protocol.OtherModels;
import ai.neo.modelgateway.repository.ModelRepository;
import ai.neo.modelgateway.routing.RouteService;
import ai.neo.modelgateway.serving.ServingCatalog;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** A real gateway on free ports, over a registry in memory, with one tiny model that serves. */
public final class GatewayFixture implements AutoCloseable {

  public static final String MODEL = "direction";
  public static final String FEATURE_SET = "features-v1";

  public final MemoryRegistry registry = new MemoryRegistry();
  public final ServingCatalog catalog;
  public final Gateway gateway;
  public final ManagedChannel channel;

  public final RouteService routes;

  private final Forwarding forwarding;

  private GatewayFixture(boolean admin, InferenceLimits limits, List<ModelEngine> engines)
      throws IOException {
    this(admin, limits, engines, ForwardSettings.none());
  }

  private GatewayFixture(
      boolean admin, InferenceLimits limits, List<ModelEngine> engines, ForwardSettings forward)
      throws IOException {
    this.catalog = new ServingCatalog(registry, engines);
    this.routes = new RouteService(catalog, registry, Optional.empty());
    this.forwarding = Forwarding.start(forward, registry);
    GatewaySettings settings =
        new GatewaySettings("127.0.0.1", 0, 0, new Permissions(false, admin), limits);
    this.gateway =
        Gateway.start(
            settings,
            new Gateway.Parts(
                catalog,
                OpenTelemetry.noop(),
                List::of,
                List.of(routes),
                new OtherModels(forwarding, ModelRepository.none(), routes.active())));
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
  }

  public static GatewayFixture start() {
    return start(false);
  }

  /** One that forwards, with the tiny model loaded beside. */
  public static GatewayFixture forwarding(ForwardSettings forward) {
    try {
      GatewayFixture fixture =
          new GatewayFixture(true, InferenceLimits.defaults(), List.of(new OnnxEngine()), forward);
      fixture.promote(new TinyOnnx().bias(3, 0, 0).expectedReturn().bytes());
      return fixture;
    } catch (IOException | ModelRefusedException e) {
      throw new IllegalStateException(e);
    }
  }

  public static GatewayFixture start(boolean admin) {
    return start(
        admin, InferenceLimits.defaults(), List.of(new OnnxEngine(), new TorchScriptEngine(false)));
  }

  public static GatewayFixture start(InferenceLimits limits, ModelEngine engine) {
    return start(false, limits, List.of(engine));
  }

  private static GatewayFixture start(
      boolean admin, InferenceLimits limits, List<ModelEngine> engines) {
    try {
      GatewayFixture fixture = new GatewayFixture(admin, limits, engines);
      fixture.promote(new TinyOnnx().bias(3, 0, 0).expectedReturn().bytes());
      return fixture;
    } catch (IOException | ModelRefusedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Registers and promotes; returns the version. */
  public String promote(byte[] onnx) throws ModelRefusedException {
    String version = registry.add(MODEL, "onnx", FEATURE_SET, onnx);
    catalog.promote(MODEL, version, "", "test", "a test");
    return version;
  }

  /** Registers the next version, which does not serve. */
  public String add(byte[] onnx) {
    return registry.add(MODEL, "onnx", FEATURE_SET, onnx);
  }

  public GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  /** A right request of so many rows of zeros, as raw bytes. */
  public static ModelInferRequest.Builder raw(int rows) {
    return ModelInferRequest.newBuilder()
        .setModelName(MODEL)
        .setId("r-1")
        .addInputs(features(rows))
        .addRawInputContents(ByteString.copyFrom(new byte[rows * 4 * Float.BYTES]));
  }

  public static ModelInferRequest.InferInputTensor.Builder features(long... shape) {
    ModelInferRequest.InferInputTensor.Builder input =
        ModelInferRequest.InferInputTensor.newBuilder().setName("features").setDatatype("FP32");
    for (long dimension : shape) {
      input.addShape(dimension);
    }
    return shape.length == 1 ? input.addShape(4) : input;
  }

  public static ByteString floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  public static float[] output(ModelInferResponse response, int index) {
    ByteString raw = response.getRawOutputContents(index);
    float[] values = new float[raw.size() / Float.BYTES];
    raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    gateway.close();
    forwarding.close();
    routes.close();
    catalog.close();
  }
}
