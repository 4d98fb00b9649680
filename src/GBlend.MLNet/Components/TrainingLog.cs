using Microsoft.ML.Runtime;

namespace GBlend.MLNet;

/// <summary>
/// Ties a training to ML.NET: its messages go to <c>MLContext.Log</c>, <c>MLContext.CancelExecution</c> and the caller's token stop it, its progress
/// goes to the caller.
/// </summary>
/// <param name="host">The trainer's host.</param>
/// <param name="stage">The name of the channel that the messages go to.</param>
/// <param name="cancellation">The caller's token.</param>
/// <param name="progress">Who is told of the progress; <see langword="null"/> for nobody.</param>
internal sealed class TrainingLog(IHost host, string stage, CancellationToken cancellation, IProgress<TrainingProgress>? progress = null)
    : ITrainingHost, IDisposable
{
    internal const string Reading = nameof(Reading), Training = nameof(Training);

    private readonly IChannel _channel = host.Start(stage);

    /// <summary>The caller's token; another one for every part of a fit that pauses.</summary>
    internal CancellationToken Cancellation { get; set; } = cancellation;

    public void CheckAlive()
    {
        Cancellation.ThrowIfCancellationRequested();
        host.CheckAlive();
    }

    // The messages may hold class and column names, hence the sensitivity; and braces, hence the overload that formats nothing.
    public void Info(string message) => _channel.Info(MessageSensitivity.UserData | MessageSensitivity.Schema, message);

    public void Warning(string message) => _channel.Warning(MessageSensitivity.UserData | MessageSensitivity.Schema, message);

    public void Report(TrainingProgress report) => progress?.Report(report);

    public void Dispose() => _channel.Dispose();
}
