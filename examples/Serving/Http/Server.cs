using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Serving;

/// <summary>The service while it runs.</summary>
internal sealed class Server : IDisposable
{
    private readonly WebApplication _app;

    private Server(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>A row such as a caller can send.</summary>
    public string Example
    {
        get
        {
            var model = _app.Services.GetRequiredService<ModelStore>().Use();
            string example = model.Example;
            model.EndUse();
            return example;
        }
    }

    /// <summary>Loads the model and listens.</summary>
    /// <exception cref="InvalidDataException">The model can't be served.</exception>
    /// <exception cref="IOException">The address is in use, or the file can't be read.</exception>
    public static Server Start(ServingOptions options, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Url);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = options.MostBytesOfRequest);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(options).AddSingleton<ServingMetrics>().AddSingleton<Endpoints>();
        builder.Services.AddSingleton<ModelStore>().AddHostedService(services => services.GetRequiredService<ModelStore>());
        builder.Services.AddSingleton<Batching>().AddHostedService(services => services.GetRequiredService<Batching>());
        builder.Services.AddProblemDetails().AddOpenApi();
        builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new() { Timeout = options.MostTimeOfRequest });
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
        {
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(ServingMetrics.Name).AddAspNetCoreInstrumentation())
                .WithTracing(traces => traces.AddAspNetCoreInstrumentation()).UseOtlpExporter();
        }
        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRequestTimeouts();
        app.MapOpenApi();
        app.UseSwaggerUI(page =>
        {
            page.SwaggerEndpoint("/openapi/v1.json", "GBlend.MLNet");
            page.RoutePrefix = "";
        });
        try
        {
            app.Services.GetRequiredService<Endpoints>().Map(app);
            app.StartAsync(cancellation).GetAwaiter().GetResult();
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
        return new(app);
    }

    /// <summary>Waits until the process is told to end, or the token is canceled.</summary>
    public void WaitForEnd(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation).GetAwaiter().GetResult();

    public void Dispose()
    {
        _app.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
    }
}
