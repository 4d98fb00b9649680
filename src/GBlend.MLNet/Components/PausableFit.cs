using GBlend.MLNet.Native;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>A fit that trains up to an epoch, gives the model as it stands, and goes on from there. Not for two threads at a time.</summary>
internal sealed class PausableFit : IDisposable
{
    private readonly Host _host;
    private readonly TrainingData _data;
    private readonly bool _ownsRows;
    private readonly GradientBlendingTrainer.Options _options;
    private readonly TrainingRun _run;

    internal PausableFit(IHost host, TrainingData data, bool ownsRows, TrainingSettings settings, GradientBlendingTrainer.Options options)
    {
        TorchNativeLoader.EnsureLoaded();
        (_host, _data, _ownsRows, _options) = (new Host(host), data, ownsRows, options);
        _run = Torch(() => new TrainingRun(data.Rows, settings, _host));
    }

    internal int EpochsDone => _run.EpochsDone;

    /// <summary>Trains until so many epochs are done, or early stopping says so. After an exception the fit can only be disposed.</summary>
    /// <exception cref="OperationCanceledException">Asked to stop; noticed at every batch.</exception>
    internal void Advance(int toEpoch, CancellationToken cancellation)
    {
        _host.Cancellation = cancellation;
        FitMemory.Watch(_options, () => Torch(() =>
        {
            _run.Advance(toEpoch);
            return true;
        }));
    }

    /// <summary>The model as it stands; the caller's to dispose. The fit can go on.</summary>
    internal GradientBlendingTransformer Snapshot() => new(FitMemory.Watch(_options, () => Torch(_run.Finish)), _data.Label, _options.OutputBranchScores, _options.Device);

    public void Dispose()
    {
        _run.Dispose();
        if (_ownsRows)
            _data.Rows.Dispose();
        _host.Dispose();
    }

    /// <summary>The user's own modes, which this thread may be in, are not for training.</summary>
    private static T Torch<T>(Func<T> action)
    {
        using var inference = inference_mode(false);
        using var grad = enable_grad();
        return action();
    }

    private sealed class Host(IHost host) : ITrainingHost, IDisposable
    {
        private readonly IChannel _channel = host.Start("Training");

        internal CancellationToken Cancellation { get; set; }

        public void CheckAlive()
        {
            Cancellation.ThrowIfCancellationRequested();
            host.CheckAlive();
        }

        public void Info(string message) => _channel.Info(MessageSensitivity.UserData | MessageSensitivity.Schema, message);

        public void Warning(string message) => _channel.Warning(MessageSensitivity.UserData | MessageSensitivity.Schema, message);

        public void Report(TrainingProgress progress)
        {
        }

        public void Dispose() => _channel.Dispose();
    }
}
