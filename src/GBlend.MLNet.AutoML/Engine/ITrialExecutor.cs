namespace GBlend.MLNet.AutoML;

/// <summary>Trains trials: in this process, or, behind the same interface, elsewhere. A step says all that is needed to repeat it.</summary>
internal interface ITrialExecutor : IDisposable
{
    /// <summary>Trains a trial up to an epoch, on from where it stands, and measures it. Called for several trials at a time.</summary>
    /// <exception cref="OperationCanceledException">Asked to stop.</exception>
    Task<TrialOutcome> AdvanceAsync(TrialStep step, CancellationToken cancellation);

    /// <summary>Forgets the state of a trial. One that is asked for again is trained again, with the same result.</summary>
    void Release(int trial, int repeat);
}

/// <summary>A step of a trial.</summary>
/// <param name="Trial">Its number.</param>
/// <param name="Repeat">0, and higher numbers for the same settings under further seeds.</param>
/// <param name="Point">Its settings.</param>
/// <param name="ToEpoch">Train until so many epochs are done.</param>
internal sealed record TrialStep(int Trial, int Repeat, SweepPoint Point, int ToEpoch);

/// <summary>What a step gave.</summary>
/// <param name="Metrics">One value a fold.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Failure">Why there are no values, if there are none.</param>
internal sealed record TrialOutcome(IReadOnlyList<double> Metrics, double Seconds, TrialFailure? Failure = null);

/// <summary>The exception that ended a trial, in a form that can be kept in a file.</summary>
/// <param name="Type">The type's name.</param>
/// <param name="Message">The message.</param>
internal sealed record TrialFailure(string Type, string Message)
{
    internal Exception? Exception { get; init; }

    internal static TrialFailure From(Exception exception) => new(exception.GetType().Name, exception.GetBaseException().Message) { Exception = exception };
}
