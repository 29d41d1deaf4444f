"""Real-name identity: person - resident ID - phone - chat account - vehicle. Who is told, who may act."""
