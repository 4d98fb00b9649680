namespace GBlend.MLNet;

/// <summary>
/// Finds the moments at which a checkpoint can be written: when none of the networks that train side by side is in the midst of a step. Whoever finds
/// that it is time waits until the others stand between two steps, and writes for all.
/// </summary>
/// <param name="folder">Where checkpoints are written; <see langword="null"/> where none are, and nobody ever waits.</param>
/// <param name="take">Takes the training as it is.</param>
internal sealed class Checkpointing(CheckpointFolder? folder, Func<Checkpoint> take)
{
    private readonly object _gate = new();
    private int _training;
    private bool _isWriting;

    /// <summary>Trains: what this changes is saved, and not looked at but between steps.</summary>
    internal T Train<T>(Func<T> action)
    {
        Begin();
        try
        {
            return action();
        }
        finally
        {
            End();
        }
    }

    /// <summary>Within <see cref="Train"/>, does what changes nothing that is saved. Checkpoints are written meanwhile.</summary>
    internal T StandStill<T>(Func<T> action)
    {
        End();
        try
        {
            return action();
        }
        finally
        {
            Begin();
        }
    }

    /// <summary>Within <see cref="Train"/>, before every step.</summary>
    /// <exception cref="IOException">It was time for a checkpoint, which can't be written.</exception>
    internal void BetweenSteps()
    {
        if (folder is null)
            return;
        lock (_gate)
        {
            if (_isWriting)
                LetWrite();
            else if (folder.IsDue(isInEpoch: true))
                WriteForAll(folder);
        }
    }

    /// <summary>When no network is training.</summary>
    /// <param name="always">Whether a checkpoint is wanted also where it is not yet time.</param>
    /// <exception cref="IOException">It was time for a checkpoint, which can't be written.</exception>
    internal void BetweenEpochs(bool always = false)
    {
        if (folder is not null && (always || folder.IsDue(isInEpoch: false)))
            folder.Write(take());
    }

    private void Begin()
    {
        lock (_gate)
        {
            while (_isWriting)
                Monitor.Wait(_gate);
            _training++;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _training--;
            Monitor.PulseAll(_gate);
        }
    }

    private void LetWrite()
    {
        _training--;
        Monitor.PulseAll(_gate);
        while (_isWriting)
            Monitor.Wait(_gate);
        _training++;
    }

    private void WriteForAll(CheckpointFolder folder)
    {
        _isWriting = true;
        _training--;
        try
        {
            while (_training > 0)
                Monitor.Wait(_gate);
            folder.Write(take());
        }
        finally
        {
            _training++;
            _isWriting = false;
            Monitor.PulseAll(_gate);
        }
    }
}
