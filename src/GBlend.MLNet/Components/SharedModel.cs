namespace GBlend.MLNet;

/// <summary>
/// A model that many threads use and one disposes: its native memory is freed when it is disposed and the last use under way has ended,
/// and a use after that is refused.
/// </summary>
/// <param name="model">The model, owned from now on.</param>
/// <param name="owner">The name, in messages, of what users dispose.</param>
internal sealed class SharedModel(TrainedModel model, string owner) : IDisposable
{
    // The uses under way, and one for the owner until it disposes.
    private int _users = 1;
    private int _isDisposed;

    /// <summary>Plain data of the model (modalities, history, outputs), there also when it is disposed.</summary>
    internal TrainedModel Unguarded => model;

    internal bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    /// <summary>Uses the model, which stays whole meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal void Use(Action<TrainedModel> action)
    {
        Enter();
        try
        {
            action(model);
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            Leave();
    }

    private void Enter()
    {
        int users;
        do
        {
            users = Volatile.Read(ref _users);
            if (IsDisposed || users == 0)
                throw new ObjectDisposedException(owner);
        }
        while (Interlocked.CompareExchange(ref _users, users + 1, users) != users);
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            model.Dispose();
    }
}
