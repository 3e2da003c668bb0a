package ai.neo.modelgateway;

import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import ai.neo.modelgateway.GatewaySettings.Permissions;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.TorchScriptEngine;
import ai.neo.modelgateway.forward.ForwardSettings;
import ai.neo.modelgateway.forward.Forwarding;
import ai.neo.modelgateway.protocol.OtherModels;
import ai.neo.modelgateway.repository.ModelRepository;
import ai.neo.modelgateway.serving.ServingCatalog;
import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A real gateway on free ports over a folder of models and a registry in memory. */
public final class TensorGateway implements AutoCloseable {

  public final MemoryRegistry registry = new MemoryRegistry();
  public final ServingCatalog catalog =
      new ServingCatalog(registry, List.of(new OnnxEngine(), new TorchScriptEngine(true)));
  public final ModelRepository repository;
  public final Gateway gateway;
  private final Forwarding forwarding;
  private final ManagedChannel channel;

  public TensorGateway(Path folder) throws IOException {
    this.repository = ModelRepository.open(folder, catalog);
    this.forwarding = Forwarding.start(ForwardSettings.none(), registry);
    GatewaySettings settings =
        new GatewaySettings(
            "127.0.0.1", 0, 0, new Permissions(false, true), InferenceLimits.defaults());
    this.gateway =
        Gateway.start(
            settings,
            new Gateway.Parts(
                catalog,
                OpenTelemetry.noop(),
                List::of,
                List.of(),
                new OtherModels(forwarding, repository)));
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", gateway.port())
            .usePlaintext()
            .maxInboundMessageSize(128 << 20)
            .build();
  }

  public GRPCInferenceServiceBlockingStub stub() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  public GRPCInferenceServiceGrpc.GRPCInferenceServiceStub async() {
    return GRPCInferenceServiceGrpc.newStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    gateway.close();
    forwarding.close();
    repository.close();
    catalog.close();
  }
}
