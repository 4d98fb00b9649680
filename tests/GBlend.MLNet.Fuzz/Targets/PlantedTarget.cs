using System.Runtime.InteropServices;
using System.Text;

namespace GBlend.MLNet.Fuzz;

/// <summary>Has every fault that is looked for, so that tests can tell whether each is found: its files say which.</summary>
internal sealed class PlantedTarget : Target
{
    internal static IReadOnlyList<string> Faults { get; } = ["none", "crash", "hang", "memory", "exception", "wait", "answer"];

    internal override string Name => "planted";

    internal override int Megabytes => 64;

    internal override int Seconds => 1;

    internal override void WriteSeeds(string folder, int most)
    {
        foreach (string fault in Faults)
            File.WriteAllText(Path.Combine(folder, fault + ".txt"), fault);
    }

    internal override Mutant Mutate(Seed seed, Seed other, Random random) => new(seed, other, seed.Content, "nothing");

    internal override unsafe bool Read(Mutant mutant, string path)
    {
        switch (Encoding.UTF8.GetString(mutant.Content))
        {
            case "crash":
                Environment.FailFast("It was planted.");
                return true;
            case "hang":
                while (true)
                    Thread.SpinWait(1000);
            case "wait":
                // A hang that takes no processor time: nothing but being killed ends it, and the test is that it is.
                Thread.Sleep(Timeout.Infinite);
                return true;
            case "memory":
                var taken = (byte*)NativeMemory.AllocZeroed(256 << 20);
                for (int i = 0; i < 256 << 20; i += 4096)
                    taken[i] = 1;
                NativeMemory.Free(taken);
                return true;
            case "exception":
                throw FindingException.Of(new InvalidOperationException("It was planted."));
            case "answer":
                throw new FindingException("another answer", "it was planted");
            default:
                return true;
        }
    }
}
