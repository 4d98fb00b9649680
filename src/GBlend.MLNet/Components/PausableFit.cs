using GBlend.MLNet.Native;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>A fit that trains up to an epoch, gives the model as it stands, and goes on from there. Not for two threads at a time.</summary>
internal sealed class PausableFit : IDisposable
{
    private readonly TrainingLog _log;
    private readonly TrainingData _data;
    private readonly bool _ownsRows;
    private readonly GradientBlendingTrainer.Options _options;
    private readonly TrainingRun _run;

    internal PausableFit(IHost host, TrainingData data, bool ownsRows, TrainingSettings settings, GradientBlendingTrainer.Options options)
    {
        TorchNativeLoader.EnsureLoaded();
        (_data, _ownsRows, _options) = (data, ownsRows, options);
        _log = new TrainingLog(host, TrainingLog.Training, CancellationToken.None);
        try
        {
            _run = Torch(() => new TrainingRun(data.Rows, settings, _log));
        }
        catch
        {
            _log.Dispose();
            throw;
        }
    }

    internal int EpochsDone => _run.EpochsDone;

    /// <summary>Trains until so many epochs are done, or early stopping says so. After an exception the fit can only be disposed.</summary>
    /// <exception cref="OperationCanceledException">Asked to stop; noticed at every batch.</exception>
    internal void Advance(int toEpoch, CancellationToken cancellation)
    {
        _log.Cancellation = cancellation;
        FitMemory.Watch(_options, () => Torch(() =>
        {
            _run.Advance(toEpoch);
            return true;
        }));
    }

    /// <summary>The model as it stands; the caller's to dispose. The fit can go on.</summary>
    internal GradientBlendingTransformer Snapshot() =>
        new(FitMemory.Watch(_options, () => Torch(_run.Finish)), _data.Label, _options.OutputBranchScores, _options.Device);

    public void Dispose()
    {
        _run.Dispose();
        if (_ownsRows)
            _data.Rows.Dispose();
        _log.Dispose();
    }

    /// <summary>The user's own modes, which this thread may be in, are not for training.</summary>
    private static T Torch<T>(Func<T> action)
    {
        using var inference = inference_mode(false);
        using var grad = enable_grad();
        return action();
    }
}
