using System.Runtime.CompilerServices;

// The run-time half of the way by which these components become first class in ML.NET; build/OpenInternals.targets is the other.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
