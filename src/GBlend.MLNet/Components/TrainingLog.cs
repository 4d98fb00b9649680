using Microsoft.ML.Runtime;

namespace GBlend.MLNet;

/// <summary>
/// Ties a training to ML.NET: its messages go to <c>MLContext.Log</c>, <c>MLContext.CancelExecution</c> and the caller's token stop it, its progress
/// goes to the caller.
/// </summary>
internal sealed class TrainingLog(IHost host, IChannel channel, IProgress<TrainingProgress>? progress, CancellationToken cancellation) : ITrainingHost
{
    public void CheckAlive()
    {
        cancellation.ThrowIfCancellationRequested();
        host.CheckAlive();
    }

    // The messages may hold class and column names, hence the sensitivity; and braces, hence the overload that formats nothing.
    public void Info(string message) => channel.Info(MessageSensitivity.UserData | MessageSensitivity.Schema, message);

    public void Warning(string message) => channel.Warning(MessageSensitivity.UserData | MessageSensitivity.Schema, message);

    public void Report(TrainingProgress report) => progress?.Report(report);
}
