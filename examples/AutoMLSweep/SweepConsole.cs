using GBlend.MLNet.AutoML;
using Spectre.Console;

namespace AutoMLSweep;

/// <summary>Shows how far the sweep is: a line that changes on a terminal, a line whenever something is better elsewhere.</summary>
internal sealed class SweepConsole : IProgress<SweepProgress>
{
    private readonly StatusContext? _status;
    private SweepStanding? _best;
    private int _shown;

    private SweepConsole(StatusContext? status) => _status = status;

    public static void Show(Action<SweepConsole> work)
    {
        if (Console.IsOutputRedirected)
            work(new SweepConsole(null));
        else
            AnsiConsole.Status().Start("starting", context => work(new SweepConsole(context)));
    }

    public void Report(SweepProgress value)
    {
        if (_status is not null)
        {
            _status.Status = Markup.Escape(value.ToString());
            return;
        }
        if (value.Best == _best && value.Trials < _shown + 25)
            return;
        (_best, _shown) = (value.Best, value.Trials);
        Console.WriteLine(value);
    }
}
